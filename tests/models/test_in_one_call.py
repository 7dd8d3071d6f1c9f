"""Networks as a single call of torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from kws_core.models.embeddings import recorded_embeddings
from kws_core.models.folding import folded
from kws_core.models.in_one_call import InOneCall, in_one_call, use_often
from kws_core.models.store import load_model


def pictures(n: int) -> Tensor:
    return torch.randn(n, 40, 98, generator=torch.Generator().manual_seed(n)) * 3 - 5


@pytest.mark.parametrize("name", ["ds-resnet", "ds-resnet+two-towers"])
def test_the_answers_are_those_of_the_network_for_batches_of_any_size(name: str) -> None:
    network = load_model(name).network
    wrapped = in_one_call(folded(network), temperature=2.0)
    use_often(wrapped)
    with torch.inference_mode():
        for n in (2, 1, 7):
            expected = torch.softmax(network(pictures(n)).double() / 2.0, dim=-1)
            torch.testing.assert_close(wrapped(pictures(n)), expected, rtol=1e-3, atol=1e-5)
    parts = [part for part in wrapped.modules() if isinstance(part, InOneCall)]
    assert any(isinstance(part.traced, torch.jit.ScriptModule) for part in parts)


def test_one_that_is_rarely_asked_or_looked_into_stays_as_it_is() -> None:
    wrapped = InOneCall(load_model("ds-resnet").network)
    with torch.inference_mode():
        wrapped(pictures(1))
        use_often(wrapped)
        with recorded_embeddings(wrapped) as recorded:
            wrapped(pictures(3))
    assert [len(embeddings) for embeddings in recorded] == [3]
    assert wrapped.traced is None


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_steps_that_depend_on_what_is_heard_are_taken_in_python() -> None:
    class Fickle(nn.Module):
        def forward(self, features: Tensor) -> Tensor:
            return features if len(features) > 1 else -features

    wrapped = InOneCall(Fickle().eval())
    use_often(wrapped)
    for n in (1, 2, 4):
        torch.testing.assert_close(wrapped(pictures(n)), Fickle()(pictures(n)))
