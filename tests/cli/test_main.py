"""The command line: what it prints, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.audio.read import read_audio
from kws_core.cli import main as cli
from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, save_model
from kws_core.models.store import read_card
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word
from kws_core.spotting.recognizer import Recognizer
from kws_core.training import run as training_run
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.recipe_file import load_recipe, plain_recipe
from kws_core.training.workspace import Workspace
from tests.helpers.app import ROOT
from tests.helpers.audio_files import encode, tone

RATE = 16_000


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained model under the default name."""
    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(2)
    network = build_model("ds-resnet", len(LABELS)).eval()
    card = ModelCard("ds-resnet", "ds-resnet", LABELS, {}, 97_661, date="2026-01-31")
    save_model(folder, card, network, LogMel())
    return folder


@pytest.fixture
def clip(tmp_path: Path) -> str:
    path = tmp_path / "clip.wav"
    path.write_bytes(encode(tone(500, 0.8, RATE), RATE))
    return str(path)


@pytest.fixture
def long(tmp_path: Path) -> str:
    path = tmp_path / "long.wav"
    path.write_bytes(encode(tone(500, 2.5, RATE), RATE))
    return str(path)


class Printed:
    """What a command wrote, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], models: Path):
    """Run a command on the models of the fixture."""

    def run_command(command: str, *arguments: str) -> Printed:
        folder = [] if command == "train" else ["--model-folder", str(models)]
        code = cli.main([command, *folder, *arguments])
        return Printed(code, *capsys.readouterr())

    return run_command


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


class TestPredict:
    def test_prints_the_label_its_score_and_the_runners_up(self, run, clip, models) -> None:
        audio = read_audio(clip)
        scores = Recognizer.load(folder=models).classify(audio.samples, RATE).scores
        first, second, third, fourth = [f"{k} {v:.1%}" for k, v in list(scores.items())[:4]]
        printed = run("predict", clip)
        assert printed.code == 0
        assert printed.out == f"{clip}: {first}  (then {second}, {third}, {fourth})\n"
        assert printed.err == ""

    def test_prints_as_many_runners_up_as_asked(self, run, clip) -> None:
        assert run("predict", clip, "--runners-up", "7").out.count("%") == 8

    def test_json_holds_what_the_library_says(self, run, clip, models) -> None:
        audio = read_audio(clip)
        wanted = Recognizer.load(folder=models).classify(audio.samples, RATE)
        [found] = run("predict", clip, "--json").objects
        assert found["file"] == clip
        assert found["duration"] == pytest.approx(0.8)
        assert (found["label"], found["score"]) == (wanted.label, wanted.score)
        assert found["is_word"] is wanted.is_word
        assert list(found["scores"].items()) == list(wanted.scores.items())

    def test_a_file_that_is_refused_does_not_stop_the_others(self, run, clip, tmp_path) -> None:
        note = tmp_path / "note.txt"
        note.write_text("not a sound")
        missing = str(tmp_path / "missing.wav")
        printed = run("predict", missing, clip, str(note), clip)
        assert printed.code == 1
        assert [line.startswith(f"{clip}: ") for line in printed.out.splitlines()] == [True, True]
        missing_line, note_line = printed.err.splitlines()
        assert missing_line.startswith(f"{missing}: ")
        assert "No such file" in missing_line
        assert note_line.startswith(f"{note}: This is text, not a sound file")

    def test_json_has_one_object_a_file_also_for_those_refused(self, run, clip, long) -> None:
        printed = run("predict", long, clip, "--json")
        refused, done = printed.objects
        assert printed.code == 1
        assert refused.keys() == {"file", "error"}
        assert refused["file"] == long
        assert refused["error"] in printed.err
        assert done["file"] == clip

    def test_more_than_a_second_is_sent_to_scan(self, run, long) -> None:
        printed = run("predict", long)
        assert (printed.code, printed.out) == (1, "")
        assert "2.5 s" in printed.err
        assert "python -m kws_core scan" in printed.err

    def test_what_was_done_to_a_recording_is_said_beside_the_results(self, run, tmp_path) -> None:
        path = tmp_path / "stereo.wav"
        path.write_bytes(encode(tone(500, 0.5, 44_100, channels=2), 44_100))
        printed = run("predict", str(path))
        assert "stereo mixed to mono" in printed.err
        assert "stereo mixed" not in printed.out
        [found] = run("predict", str(path), "--json").objects
        assert "stereo mixed to mono" in found["notes"]

    def test_a_channel_and_the_true_rate_can_be_given(self, run, tmp_path) -> None:
        path = tmp_path / "stereo.wav"
        path.write_bytes(encode(tone(500, 0.5, 8_000, channels=2), 8_000))
        printed = run("predict", str(path), "--channel", "2", "--source-rate", "16000")
        assert "channel 2 of 2 used, as chosen" in printed.err
        assert "sample rate corrected: the file says 8 kHz" in printed.err
        refused = run("predict", str(path), "--channel", "3")
        assert (refused.code, refused.out) == (1, "")
        assert "there is no channel 3" in refused.err

    def test_an_unknown_model_is_refused_with_those_there_are(self, run, clip) -> None:
        printed = run("predict", clip, "--model", "nope")
        assert (printed.code, printed.out) == (1, "")
        assert printed.err == "There is no model 'nope'. Available: ds-resnet.\n"

    @pytest.mark.slow
    def test_works_without_what_only_training_or_the_app_needs(self, clip, models) -> None:
        code = (
            "import sys\n"
            "for name in ('pyarrow', 'tqdm', 'streamlit', 'librosa', 'PIL'):\n"
            "    sys.modules[name] = None  # an import of it fails\n"
            "from kws_core.cli.main import main\n"
            f"assert main(['predict', {clip!r}, '--model-folder', {str(models)!r}]) == 0\n"
            "assert not {'kws_core.training', 'kws_core.evaluation'} & set(sys.modules)"
        )
        done = run_python("-c", code)
        assert done.returncode == 0, done.stderr


class TestScan:
    WORDS = (Word("yes", 0.25, 0.75, 0.9), Word("stop", 1.5, 2.0, 0.8125))

    @pytest.fixture
    def heard(self, monkeypatch) -> list[int]:
        """Make every recording hold WORDS; the lengths of those that were asked about."""
        lengths: list[int] = []

        def find_words(
            _self, samples: np.ndarray, sample_rate: int, settings: FinderSettings
        ) -> list[Word]:
            lengths.append(len(samples))
            assert sample_rate == RATE
            return [] if settings.alone else list(self.WORDS)

        monkeypatch.setattr(Recognizer, "find_words", find_words)
        return lengths

    def test_prints_words_with_their_times_and_scores(self, run, long, heard) -> None:
        printed = run("scan", "--inside-sentences", long)
        assert printed.code == 0
        assert [line.split() for line in printed.out.splitlines()] == [
            [f"{long}:"],
            ["0.25", "s", "0.75", "s", "yes", "90.0%"],
            ["1.50", "s", "2.00", "s", "stop", "81.2%"],
        ]
        assert heard == [40_000]

    def test_json_holds_the_words(self, run, long, heard) -> None:
        [found] = run("scan", "--json", "--inside-sentences", long).objects
        assert found["duration"] == 2.5
        assert [Word(**word) for word in found["words"]] == list(self.WORDS)

    def test_only_commands_on_their_own_are_found_unless_asked(self, run, long, heard) -> None:
        assert run("scan", long).out == f"{long}: no words found\n"
        assert run("scan", long, "--json").objects[0]["words"] == []


class TestModels:
    def test_lists_name_architecture_and_size(self, run) -> None:
        printed = run("models")
        assert printed.code == 0
        assert printed.out == (
            "ds-resnet (default): DS-ResNet, 97,661 parameters, 37 labels, 2026-01-31\n"
        )

    def test_a_damaged_card_does_not_hide_the_other_models(self, run, models, tmp_path) -> None:
        for path in models.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "broken.json").write_text("{")
        (tmp_path / "broken.safetensors").write_bytes(b"")
        printed = run("models", "--model-folder", str(tmp_path))
        assert printed.code == 1
        assert printed.out.startswith("ds-resnet (default)")
        assert "broken.json" in printed.err

    def test_an_empty_folder_is_named(self, run, tmp_path) -> None:
        printed = run("models", "--model-folder", str(tmp_path))
        assert (printed.code, printed.err) == (1, f"There are no models in {tmp_path}.\n")


class TestTrain:
    @pytest.fixture
    def calls(self, monkeypatch, models) -> list[tuple]:
        """Stand in for training; the recipes and workspaces it was called with."""
        calls: list[tuple] = []

        def follow(*arguments: object) -> ModelCard:
            calls.append(arguments)
            return read_card(models, "ds-resnet")

        monkeypatch.setattr(training_run, "follow", follow)
        return calls

    def test_a_model_is_trained_in_one_plain_step(self, run, calls) -> None:
        printed = run("train", "--model", "bcresnet-1", "--data", "d", "--out", "o")
        assert printed.code == 0
        assert str(Path("o/ds-resnet/ds-resnet.safetensors")) in printed.out
        assert calls == [(plain_recipe("bcresnet-1"), Workspace(Path("d"), Path("o")))]

    def test_every_option_reaches_the_run(self, run, calls, tmp_path) -> None:
        (tmp_path / "speech").mkdir()
        command = (
            "train --recipe ds-resnet --set epochs=2 --set second.seed=9 --step second --data d "
            f"--out o --sounds {tmp_path} --download --resume --device cpu --log tensorboard "
            "--cache c"
        )
        assert run(*command.split()).code == 0
        [(recipe, workspace)] = calls
        assert recipe == load_recipe("ds-resnet", ["epochs=2", "second.seed=9"]).only("second")
        assert workspace == Workspace(
            Path("d"), Path("o"), MoreSound(speech=tmp_path / "speech"), cache=Path("c"),
            device="cpu", tracker="tensorboard", resume=True, fetch=True,
        )  # fmt: skip

    def test_takes_as_many_threads_as_asked(self, run, calls) -> None:
        before = torch.get_num_threads()
        try:
            run("train", "--model", "m5", "--data", "d", "--out", "o", "--threads", "1")
            assert torch.get_num_threads() == 1
        finally:
            torch.set_num_threads(before)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ("--recipe towers", "no recipe 'towers'"),
            ("--recipe ds-resnet --step tenth", "no step 'tenth'"),
            ("--model m5 --set epochs=0", "epochs is at least 1"),
            ("--model m5 --sounds nowhere", "no subfolder speech"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, run, calls, options, message) -> None:
        printed = run("train", *options.split(), "--data", "d", "--out", "o")
        assert printed.code == 1
        assert message in printed.err
        assert calls == []

    @pytest.mark.parametrize("has_checkpoint", [True, False])
    def test_ctrl_c_says_whether_and_how_to_go_on(
        self, run, monkeypatch, tmp_path, has_checkpoint
    ) -> None:
        def follow(*_: object) -> ModelCard:
            if has_checkpoint:
                (tmp_path / "m5").mkdir()
                (tmp_path / "m5" / "checkpoint.pt").write_bytes(b"")
            raise KeyboardInterrupt

        monkeypatch.setattr(training_run, "follow", follow)
        printed = run("train", "--model", "m5", "--data", "d", "--out", str(tmp_path))
        assert printed.code == 130
        assert ("--resume" in printed.err) is has_checkpoint
        assert ("nothing to resume" in printed.err) is not has_checkpoint

    def test_a_folder_that_cannot_be_written_is_named(self, run, monkeypatch) -> None:
        def follow(*_: object) -> ModelCard:
            raise PermissionError(13, "Permission denied", "o")

        monkeypatch.setattr(training_run, "follow", follow)
        printed = run("train", "--model", "m5", "--data", "d", "--out", "o")
        assert printed.code == 1
        assert "Permission denied: 'o'" in printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "listen",
        "predict",
        "predict x.wav --runners-up 0",
        "predict x.wav --runners-up many",
        "train",
        "train --data d",
        "train --data d --out o",
        "train --data d --out o --model nope",
        "train --data d --out o --model m5 --recipe ds-resnet",
    ],
)
def test_wrong_usage_ends_with_2_and_says_how_to_use_it(arguments: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments.split())
    assert ended.value.code == 2
    assert "usage: python -m kws_core" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["predict", "scan", "models", "train"])
def test_every_command_explains_itself(command: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"python -m kws_core {command}" in capsys.readouterr().out


def test_ctrl_c_ends_in_one_line(run, clip, monkeypatch) -> None:
    def classify(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Recognizer, "classify", classify)
    printed = run("predict", clip)
    assert (printed.code, printed.err) == (130, "Stopped.\n")


def test_a_refusal_has_no_traceback(run, clip, monkeypatch) -> None:
    def load(*_: object) -> None:
        raise DataError("No.")

    monkeypatch.setattr(Recognizer, "load", load)
    printed = run("predict", clip)
    assert (printed.code, printed.out, printed.err) == (1, "", "No.\n")


@pytest.mark.slow
def test_the_package_runs_as_a_module_and_hands_its_exit_code_on(tmp_path: Path) -> None:
    done = run_python("-m", "kws_core", "models", "--model-folder", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"There are no models in {tmp_path}.\n"


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error(models: Path) -> None:
    command = [sys.executable, "-m", "kws_core", "models", "--model-folder", str(models)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()  # before anything is printed, as head does after its last line
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)
    assert (process.returncode, err) == (0, "")
