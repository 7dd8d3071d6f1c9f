"""Recordings of every kind become 16 kHz mono, and every bad one is refused by name."""

import io
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.audio.read import MAX_BYTES, read_audio
from kws_core.audio.waveform import as_mono_16k, resample, to_wav
from kws_core.errors import (
    AudioError,
    BadSampleRateError,
    BadSamplesError,
    EmptyAudioError,
    NotAudioError,
    SilentAudioError,
    TooLargeError,
    TooShortError,
    TruncatedAudioError,
)
from tests.helpers.audio_files import FORMATS, encode, silent_film, supports, tone, wav_header

RATES = (8_000, 16_000, 22_050, 44_100, 48_000, 96_000)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4

EVERY_KIND = [
    pytest.param(kind, rate, channels, id=f"{kind}-{rate}-{channels}ch")
    for kind in FORMATS
    for rate in RATES
    for channels in (1, 2)
    if supports(kind, rate, channels)
]


def amplitude(samples: np.ndarray) -> float:
    """Of a steady sine, away from the ends where codecs fade."""
    middle = samples[len(samples) // 4 : -len(samples) // 4].astype(np.float64)
    return float(np.sqrt(2 * np.mean(middle**2)))


def frequency(samples: np.ndarray) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**17))
    return float(np.argmax(spectrum)) * 16_000 / 2**17


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("yes.wav", encode(tone(440, 0.5, 16_000), 16_000))
    return out.getvalue()


class TestKinds:
    @pytest.mark.parametrize(("kind", "rate", "channels"), EVERY_KIND)
    def test_a_tone_keeps_its_pitch_level_and_length(self, kind, rate, channels) -> None:
        clip = read_audio(encode(tone(440, 1.0, rate, channels=channels), rate, kind))

        assert clip.samples.dtype == np.float32
        assert clip.samples.ndim == 1
        assert clip.sample_rate == 16_000
        assert clip.channels == channels
        # AAC pads to whole frames of 1024 samples and starts with one more.
        padding = 2 * 1024 / rate if kind in ("m4a", "aac") else 0.0
        assert 0.997 <= clip.duration <= 1.001 + padding
        assert frequency(clip.samples) == pytest.approx(440, abs=1)
        loss = 0.0 if kind.startswith("wav") or kind in ("flac", "aiff") else 0.06
        assert amplitude(clip.samples) == pytest.approx(0.5, abs=0.003 + loss)

        # Opus is always played back at 48 kHz.
        source_rate = 48_000 if kind in ("webm", "opus") else rate
        assert clip.source_rate == source_rate
        expected = ["stereo mixed to mono"] if channels == 2 else []
        if source_rate != 16_000:
            expected.append(f"{source_rate / 1000:g} kHz resampled to 16 kHz")
        if 1.001 < clip.duration <= 1.1:
            expected.append(
                f"{clip.duration:.2f} s long: as a single word, its loudest second is taken"
            )
        assert list(clip.notes) == expected

    def test_forty_channels_are_read(self) -> None:
        sound = np.repeat((tone(440, 8, 16_000) * 32767).astype("<i2"), 40).tobytes()
        clip = read_audio(wav_header(16_000, 40, len(sound)) + sound)
        assert amplitude(clip.samples) == pytest.approx(0.5, abs=0.003)
        assert clip.notes == ("40 channels mixed to mono",)

    def test_the_bytes_count_and_not_the_name(self, tmp_path) -> None:
        path = tmp_path / "music.wav"
        path.write_bytes(encode(tone(440, 1.0, 44_100), 44_100, "m4a"))
        assert frequency(read_audio(path).samples) == pytest.approx(440, abs=1)


class TestResampling:
    @pytest.mark.parametrize("kind", ["wav16", "m4a"])
    def test_nothing_above_8_khz_folds_down(self, kind) -> None:
        samples = tone(10_000, 1.0, 44_100, 0.5) + tone(1_000, 1.0, 44_100, 0.1)
        clip = read_audio(encode(samples, 44_100, kind))
        assert frequency(clip.samples) == pytest.approx(1_000, abs=1)
        middle = clip.samples[4_000:12_000] * np.hanning(8_000)
        spectrum = np.abs(np.fft.rfft(middle)) / 2_000  # 1 for a full-scale sine
        folded = spectrum[2_900:3_100]  # 16 - 10 kHz, bins of 2 Hz
        assert folded.max() < 1e-3

    def test_blocks_leave_no_seams(self) -> None:
        samples = tone(440, 20.0, 48_000)
        whole = resample(samples, 48_000, 16_000)
        read = read_audio(encode(samples, 48_000, "wavfloat")).samples
        np.testing.assert_allclose(read, whole, atol=1e-5)

    @pytest.mark.parametrize("rates", [(0, 16_000), (16_000, -1), (16_000, 10**7)])
    def test_absurd_rates_are_refused(self, rates) -> None:
        with pytest.raises(BadSampleRateError, match="cannot be right"):
            resample(np.zeros(100, np.float32), *rates)


class TestSources:
    DATA = encode(tone(440, 0.5, 16_000), 16_000)

    @pytest.mark.parametrize(
        "source", [DATA, bytearray(DATA), memoryview(DATA), io.BytesIO(DATA)], ids=type
    )
    def test_bytes_in_any_form(self, source) -> None:
        assert read_audio(source).duration == pytest.approx(0.5)

    def test_paths(self, tmp_path) -> None:
        path = tmp_path / "a.wav"
        path.write_bytes(self.DATA)
        assert read_audio(path).duration == read_audio(str(path)).duration == 0.5

    def test_a_file_is_read_from_its_start_and_left_as_it_was(self) -> None:
        file = io.BytesIO(self.DATA)
        file.seek(7)
        assert read_audio(file).duration == 0.5
        assert file.tell() == 7
        assert read_audio(file).duration == 0.5

    def test_a_pipe_that_gives_little_at_a_time(self) -> None:
        class Pipe(io.RawIOBase):
            rest = self.DATA

            def readable(self) -> bool:
                return True

            def read(self, size=-1):
                piece, self.rest = self.rest[:1000], self.rest[1000:]
                return piece

        assert read_audio(Pipe()).duration == 0.5

    def test_a_missing_file_is_said_to_be_missing(self, tmp_path) -> None:
        with pytest.raises(AudioError, match="No such file"):
            read_audio(tmp_path / "none.wav")

    def test_a_folder_is_refused(self, tmp_path) -> None:
        with pytest.raises(AudioError, match="could not be opened"):
            read_audio(tmp_path)

    def test_a_text_file_object_is_refused(self) -> None:
        with pytest.raises(AudioError, match="binary"):
            read_audio(io.StringIO("text"))

    def test_other_things_are_refused(self) -> None:
        with pytest.raises(AudioError, match="not as int"):
            read_audio(3)


class TestNotes:
    def test_more_than_a_minute_is_cut(self) -> None:
        clip = read_audio(encode(tone(440, 61.0, 8_000), 8_000))
        assert clip.duration == 60.0
        assert clip.notes == ("8 kHz resampled to 16 kHz", "cut to the first 60 s")

    def test_a_minute_is_not_cut(self) -> None:
        clip = read_audio(encode(tone(440, 60.0, 8_000), 8_000, "wav8"))
        assert clip.duration == 60.0
        assert clip.notes == ("8 kHz resampled to 16 kHz",)

    @pytest.mark.parametrize("kind", ["wav16", "flac", "mp3", "webm"])
    def test_half_a_file_is_used_and_said_to_be_half(self, kind) -> None:
        noise = np.random.default_rng(0).uniform(-0.5, 0.5, 96_000)
        data = encode(noise, 48_000, kind)
        clip = read_audio(data[: len(data) // 2])
        assert clip.duration == pytest.approx(1.0, abs=0.1)
        assert f"the file ends early: {clip.duration:.1f} s of 2.0 s could be read" in clip.notes

    def test_clipped_peaks_are_counted(self) -> None:
        loud = np.clip(tone(200, 1.0, 16_000, 2.0), -1, 1)
        (note,) = read_audio(encode(loud, 16_000)).notes
        count = int(note.removeprefix("peaks are clipped: ").removesuffix(" samples at full scale"))
        assert count == pytest.approx(np.sum(np.abs(loud) == 1), rel=0.05)

    def test_a_peak_that_just_reaches_full_scale_is_not_clipped(self) -> None:
        assert read_audio(encode(tone(440, 1.0, 16_000, 1.0), 16_000)).notes == ()

    @pytest.mark.parametrize(
        ("kind", "peak_db"), [("wav16", -60), ("wav24", -80), ("wavfloat", -100)]
    )
    def test_a_very_quiet_recording_is_turned_up(self, kind, peak_db) -> None:
        clip = read_audio(encode(tone(440, 1.0, 16_000, 10 ** (peak_db / 20)), 16_000, kind))
        assert clip.notes == (f"very quiet ({peak_db - 3} dBFS): turned up by {-peak_db - 20} dB",)
        assert clip.peak == pytest.approx(0.1, rel=0.01)

    def test_a_quiet_recording_keeps_its_level(self) -> None:
        clip = read_audio(encode(tone(440, 1.0, 16_000, 0.01), 16_000, "wav24"))
        assert clip.level_db == pytest.approx(-43, abs=0.1)
        assert clip.notes == ()

    def test_float_samples_above_full_scale_are_turned_down_in_shape(self) -> None:
        clip = read_audio(encode(tone(440, 1.0, 16_000, 4.0), 16_000, "wavfloat"))
        assert clip.peak == pytest.approx(1.0)
        assert amplitude(clip.samples) == pytest.approx(1.0, abs=0.003)
        assert clip.notes == ("peaks above full scale: turned down by 12.0 dB",)

    def test_one_glitch_does_not_turn_the_rest_down(self) -> None:
        samples = tone(440, 1.0, 16_000, 0.3)
        samples[100] = 50.0
        clip = read_audio(encode(samples, 16_000, "wavfloat"))
        assert clip.peak == 1.0
        assert amplitude(clip.samples) == pytest.approx(0.3, abs=0.003)


class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            pytest.param(b"yes, no, up, down\n" * 20, "This is text", id="text"),
            pytest.param(PNG, "a PNG picture", id="png"),
            pytest.param(zipped(), "a ZIP archive", id="zip"),
            pytest.param(silent_film(), "no sound track", id="film"),
            pytest.param(bytes(5000), "some other kind of file", id="zeros"),
            pytest.param(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "text", id="playlist"),
        ],
    )
    def test_what_is_not_audio_is_told_what_it_is(self, data, message) -> None:
        with pytest.raises(NotAudioError, match=message):
            read_audio(data)

    def test_no_bytes(self) -> None:
        with pytest.raises(EmptyAudioError, match="empty"):
            read_audio(b"")

    def test_a_header_and_no_samples(self) -> None:
        with pytest.raises(EmptyAudioError, match="no samples"):
            read_audio(wav_header(16_000, 1, 0))

    @pytest.mark.parametrize("length", [5, 11, 20, 40, 44, 200])
    def test_a_wav_that_ends_in_or_just_after_its_header(self, length) -> None:
        with pytest.raises(TruncatedAudioError, match="record it again"):
            read_audio(encode(tone(440, 1.0, 16_000), 16_000)[:length])

    @pytest.mark.parametrize("kind", ["m4a", "webm", "ogg", "opus", "mp3", "flac"])
    def test_a_compressed_file_that_ends_in_its_header(self, kind) -> None:
        with pytest.raises(TruncatedAudioError, match=r"ends early"):
            read_audio(encode(tone(440, 1.0, 48_000), 48_000, kind)[:60])

    @pytest.mark.parametrize("kind", ["wav8", "wav16", "flac", "m4a"])
    def test_digital_silence(self, kind) -> None:
        with pytest.raises(SilentAudioError, match="microphone"):
            read_audio(encode(np.zeros(16_000), 16_000, kind))

    def test_less_than_a_tenth_of_a_second(self) -> None:
        with pytest.raises(TooShortError, match=r"0\.09 s.*at least 0\.1 s"):
            read_audio(encode(tone(440, 0.09, 16_000), 16_000))
        assert read_audio(encode(tone(440, 0.1, 16_000), 16_000)).duration == 0.1

    @pytest.mark.parametrize("rate", [0, 1, 999, 768_001, 2**31, 2**32 - 1])
    def test_absurd_rates(self, rate) -> None:
        with pytest.raises(BadSampleRateError, match=f"{rate} Hz"):
            read_audio(wav_header(rate, 1, 32_000) + bytes(range(250)) * 128)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_samples_that_are_no_numbers(self, bad) -> None:
        samples = tone(440, 1.0, 48_000)
        samples[20_000] = bad
        with pytest.raises(BadSamplesError, match="NaN"):
            read_audio(encode(samples, 48_000, "wavfloat"))

    def test_more_bytes_than_the_limit(self, tmp_path) -> None:
        path = tmp_path / "big.wav"
        with path.open("wb") as file:
            file.truncate(10 * MAX_BYTES)
        for source in (path, bytes(MAX_BYTES + 1), io.BytesIO(bytes(MAX_BYTES + 1))):
            with pytest.raises(TooLargeError, match="larger than 20 MB"):
                read_audio(source)

    def test_an_endless_source_is_left_at_the_limit(self) -> None:
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size=-1):
                self.given += size
                return bytes(size)

        source = Endless()
        with pytest.raises(TooLargeError):
            read_audio(source)
        assert source.given == MAX_BYTES + 1

    @pytest.mark.parametrize("claim", [1_500_000_000, 4_000_000_000])
    def test_a_header_that_claims_gigabytes_costs_nothing(self, claim) -> None:
        sound = (tone(440, 0.5, 16_000) * 32767).astype("<i2").tobytes()
        read_audio(wav_header(16_000, 1, len(sound)) + sound)  # imports are not counted
        tracemalloc.start()
        begun = time.perf_counter()
        clip = read_audio(wav_header(16_000, 1, claim) + sound)
        took = time.perf_counter() - begun
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert clip.duration == 0.5
        assert took < 2
        assert peak < 8 * 2**20

    def test_an_hour_of_flac_is_not_decoded_to_its_end(self) -> None:
        quiet = np.zeros(8_000 * 3600, np.int16)
        quiet[::400] = 1000
        out = io.BytesIO()
        soundfile.write(out, quiet, 8_000, format="FLAC")
        assert len(out.getvalue()) < MAX_BYTES
        tracemalloc.start()
        clip = read_audio(out.getvalue())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert clip.duration == 60.0
        assert peak < 60 * 2**20

    def test_damaged_files_leave_the_terminal_quiet(self, capfd) -> None:
        data = encode(tone(440, 1.0, 48_000), 48_000, "m4a")
        with pytest.raises(AudioError):
            read_audio(data[: len(data) // 2])
        read_audio(encode(tone(440, 1.0, 48_000), 48_000, "webm")[:-500])
        assert capfd.readouterr() == ("", "")


SEEDS = {kind: encode(tone(440, 0.5, 48_000, 0.3), 48_000, kind) for kind in FORMATS}
FEW = settings(max_examples=40, deadline=None)


class TestAnything:
    """Whatever the bytes, the answer is a clip or an AudioError."""

    @staticmethod
    def survives(data: bytes) -> None:
        try:
            clip = read_audio(data)
        except AudioError:
            return
        assert np.isfinite(clip.samples).all()
        assert clip.peak <= 1.0

    @FEW
    @given(st.sampled_from(FORMATS), st.integers(0, 64), st.binary(max_size=300))
    def test_random_bytes_after_a_real_beginning(self, kind, kept, noise) -> None:
        self.survives(SEEDS[kind][:kept] + noise)

    @FEW
    @given(st.sampled_from(FORMATS), st.floats(0, 1))
    def test_truncated_anywhere(self, kind, share) -> None:
        self.survives(SEEDS[kind][: int(share * len(SEEDS[kind]))])

    @FEW
    @given(st.sampled_from(FORMATS), st.floats(0, 0.999), st.binary(min_size=1, max_size=8))
    def test_damaged_anywhere(self, kind, share, damage) -> None:
        data = bytearray(SEEDS[kind])
        at = int(share * len(data))
        data[at : at + len(damage)] = damage
        self.survives(bytes(data))


class TestArrays:
    def test_floats_at_16_khz_are_kept(self) -> None:
        samples = tone(440, 0.1, 16_000)
        np.testing.assert_array_equal(as_mono_16k(samples, 16_000), samples)

    @pytest.mark.parametrize(("dtype", "full"), [(np.int16, 2**15), (np.int32, 2**31)])
    def test_integers_are_scaled_to_full_scale_1(self, dtype, full) -> None:
        samples = as_mono_16k(np.array([-full, 0, full // 2], dtype), 16_000)
        np.testing.assert_allclose(samples, [-1, 0, 0.5])
        assert samples.dtype == np.float32

    def test_other_rates_are_resampled(self) -> None:
        samples = as_mono_16k(tone(440, 1.0, 48_000).astype(np.float64), 48_000)
        assert len(samples) == 16_000
        assert frequency(samples) == pytest.approx(440, abs=1)

    def test_silence_is_allowed(self) -> None:
        assert not as_mono_16k(np.zeros(100), 16_000).any()

    @pytest.mark.parametrize(
        ("samples", "rate", "error"),
        [
            (np.zeros((2, 100)), 16_000, BadSamplesError),
            (np.zeros(()), 16_000, BadSamplesError),
            (np.array(["a"]), 16_000, BadSamplesError),
            (np.array([0.0, np.nan]), 16_000, BadSamplesError),
            (np.array([1e300]), 16_000, BadSamplesError),
            (np.zeros(0), 16_000, EmptyAudioError),
            (np.zeros(100), 0, BadSampleRateError),
            (np.zeros(100), 44_100.5, BadSampleRateError),
        ],
    )
    def test_unusable_arrays_are_refused(self, samples, rate, error) -> None:
        with pytest.raises(error):
            as_mono_16k(samples, rate)

    def test_a_wav_comes_back_as_it_was(self) -> None:
        samples = np.arange(-(2**15), 2**15, 7, dtype=np.int16)
        data, rate = soundfile.read(io.BytesIO(to_wav(samples / 2**15, 44_100)), dtype="int16")
        assert rate == 44_100
        np.testing.assert_array_equal(data, samples)

    def test_a_quiet_wav_stays_quiet_and_a_loud_one_is_clipped(self) -> None:
        assert read_audio(to_wav(tone(440, 1.0, 16_000, 0.01), 16_000)).peak < 0.011
        data, _ = soundfile.read(io.BytesIO(to_wav(np.array([2.0, -2.0]), 16_000)), dtype="int16")
        assert data.tolist() == [32767, -32768]

    def test_a_clip_cannot_be_changed(self) -> None:
        clip = read_audio(encode(tone(440, 0.5, 16_000), 16_000))
        with pytest.raises(ValueError, match="read-only"):
            clip.samples[0] = 1.0
