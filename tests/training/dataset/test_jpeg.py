"""JPEG as training imitates it, against Pillow's."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from kws_core.training.dataset.jpeg import after_jpeg, pictured


def by_pillow(grey: torch.Tensor) -> torch.Tensor:
    """Encode and decode pictures ``(batch, band, frame)``, frames as rows."""
    decoded = []
    for picture in grey.clamp(0, 255).round().byte().transpose(1, 2).numpy():
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=75)
        decoded.append(np.asarray(Image.open(file), dtype=np.float32).T)
    return torch.from_numpy(np.stack(decoded))


def pictures(n_bands: int = 40, n_frames: int = 98) -> torch.Tensor:
    """Something like speech: smooth hills of up to 200 grey levels, and noise between them."""
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(4, 1, n_bands, n_frames, generator=generator)
    hills = torch.nn.functional.avg_pool2d(noise, 9, 1, 4) * 500 + 80
    return (hills + 12 * noise)[:, 0]


@pytest.mark.parametrize("size", [(40, 98), (40, 96), (13, 21), (3, 5)])
def test_a_picture_comes_back_as_from_pillow(size: tuple[int, int]) -> None:
    grey = pictures(*size)
    ours, theirs = after_jpeg(grey), by_pillow(grey)
    # Pillow's transform is one of whole numbers, so that a few levels round the other way.
    assert float((ours - theirs).abs().mean()) < 0.5
    assert float((theirs - grey.clamp(0, 255)).abs().mean()) > 2


def test_levels_are_whole_and_within_a_byte() -> None:
    levels = after_jpeg(3 * pictures() - 200)
    assert torch.equal(levels, levels.round())
    assert 0 <= float(levels.min()) <= float(levels.max()) <= 255


def test_what_is_flat_stays_flat() -> None:
    torch.testing.assert_close(
        after_jpeg(torch.full((1, 40, 98), 128.0)), torch.full((1, 40, 98), 128.0)
    )


def test_every_picture_of_a_batch_is_encoded_alone() -> None:
    grey = pictures()
    torch.testing.assert_close(after_jpeg(grey)[1:2], after_jpeg(grey[1:2]))


def test_recordings_become_pictures_as_far_as_they_go() -> None:
    log_mel = (pictures() - 146.5) / 10  # pixel = 10 ln E + 146.5
    out = pictured(log_mel, torch.tensor([98, 40, 98, 98]))
    torch.testing.assert_close(10 * out[0] + 146.5, after_jpeg(pictures())[0], atol=1e-3, rtol=0)
    assert torch.equal(out[1, :, 40:], log_mel[1, :, 40:])
    assert not torch.equal(out[1, :, :40], log_mel[1, :, :40])
    torch.testing.assert_close(pictured(log_mel)[0], out[0])
