"""What a network makes of clips before it decides: embeddings, and a map of them.

An embedding is what goes into the last layer with weights. Clips that lie close together there
sound alike to the network.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

N_AXES = 16  # principal components kept
_PERPLEXITY = 30.0  # neighbours that t-SNE looks at, its usual value

Embeddings = npt.NDArray[np.float32]


@contextmanager
def recorded_embeddings(network: nn.Module) -> Iterator[list[Embeddings]]:
    """Collect the embeddings of all batches that this thread asks the network about meanwhile.

    Each is ``(batch, n_embedding)``; what has a time axis is averaged over it.
    """
    thread = threading.get_ident()  # others may be using the same network
    layers = (nn.Linear, nn.Conv1d, nn.Conv2d)
    last = [module for module in network.modules() if isinstance(module, layers)][-1]
    recorded: list[Embeddings] = []

    def record(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if threading.get_ident() != thread:
            return
        x = inputs[0]
        pooled = x.flatten(2).mean(dim=2) if x.dim() > 2 else x
        recorded.append(pooled.detach().float().numpy().copy())

    handle = last.register_forward_pre_hook(record)
    try:
        yield recorded
    finally:
        handle.remove()


@dataclass(frozen=True)
class EmbeddingMap:
    """Embeddings of some clips of an evaluation, seen along their principal axes and as t-SNE.

    rows: (k,), which of the evaluation's clips. points: (k, axes), the principal components,
    largest first. neighbours: (k, 2), their t-SNE. mean: (n_embedding,) and axes:
    (axes, n_embedding) turn an embedding into a point. explained: (axes,), shares of the variance.
    """

    rows: npt.NDArray[np.int32]
    points: npt.NDArray[np.float16]
    neighbours: npt.NDArray[np.float16]
    mean: Embeddings
    axes: Embeddings
    explained: npt.NDArray[np.float32]

    def place(self, embeddings: Embeddings) -> Embeddings:
        """Return the points (n, axes) of embeddings (n, n_embedding)."""
        return np.asarray((embeddings - self.mean) @ self.axes.T, dtype=np.float32)

    def nearest(self, point: Embeddings, n: int = 10) -> npt.NDArray[np.int64]:
        """Return the indices of the map's clips closest to a point (axes,), nearest first."""
        distance = np.linalg.norm(self.points.astype(np.float32) - point, axis=1)
        return np.argsort(distance, kind="stable")[:n]


def make_map(embeddings: Embeddings, rows: npt.NDArray[np.integer], seed: int = 0) -> EmbeddingMap:
    """Make the map of embeddings (k, n_embedding), those of clips `rows` of an evaluation."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    pca = PCA(min(N_AXES, *embeddings.shape), svd_solver="full").fit(embeddings)
    points = np.asarray(pca.transform(embeddings), dtype=np.float32)
    perplexity = min(_PERPLEXITY, (len(points) - 1) / 3)
    tsne = TSNE(init="pca", perplexity=perplexity, random_state=seed, n_jobs=1)
    return EmbeddingMap(
        rows.astype(np.int32),
        points.astype(np.float16),
        np.asarray(tsne.fit_transform(points), dtype=np.float16),
        pca.mean_.astype(np.float32),
        pca.components_.astype(np.float32),
        pca.explained_variance_ratio_.astype(np.float32),
    )
