"""What can go wrong, by name; every message is written for the person who gave the input."""


class KwsError(Exception):
    """Anything this library refuses to do, with a message fit to show to a person."""


class AudioError(KwsError):
    """The given audio cannot be used."""


class EmptyAudioError(AudioError):
    """There are no bytes, or no samples, at all."""


class NotAudioError(AudioError):
    """The bytes are something other than a sound file, or a film without a sound track."""


class TruncatedAudioError(AudioError):
    """A sound file that ends early or is damaged, with nothing usable left in it."""


class SilentAudioError(AudioError):
    """Every sample is zero, or as good as zero."""


class TooShortError(AudioError):
    """Less sound than a word needs."""


class TooLongError(AudioError):
    """More sound than one classification takes."""


class TooLargeError(AudioError):
    """More bytes than the limit."""


class BadSampleRateError(AudioError):
    """A sample rate that no sound recording has."""


class BadSamplesError(AudioError):
    """Samples that are not finite numbers, or an array of the wrong shape."""


class NoSuchChannelError(AudioError):
    """A channel that the recording does not have."""


class DecoderFailedError(AudioError):
    """A file that the decoder crashed on, or on which it took too much time or memory."""


class ModelError(KwsError):
    """The recogniser's model cannot be used."""


class UnknownModelError(ModelError):
    """No model of that name."""


class DamagedModelError(ModelError):
    """A model's files are missing, incomplete or inconsistent."""


class DataError(KwsError):
    """A folder or file of training data or sample clips is missing or unreadable."""


class AugmentError(KwsError):
    """Settings of an augmentation that make no sense, or a clip it cannot be applied to."""


class RecipeError(KwsError):
    """A training recipe that can't be read or followed."""


class TrainingError(KwsError):
    """Training cannot start, or cannot go on."""


class TeachingError(KwsError):
    """Takes that no word can be learnt from, or a file of taught words that cannot be used."""


class SettingsError(KwsError):
    """Settings of a view that are out of their limits, or do not go together."""


class ArchiveError(KwsError):
    """An output folder, a list of recordings or a cluster that cannot be used."""
