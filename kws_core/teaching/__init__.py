"""Words of one's own, learnt from a few recordings each.

``takes`` finds the word in a recording and says what is wrong with it; ``variants`` says it
otherwise; ``bank`` holds what else there is to hear; ``head`` tells words from it; ``hits`` counts
as the detector does; ``lesson`` puts them together and ``report`` says how far to trust it.
``taught`` is the recogniser that comes of it, and ``file`` keeps it.
"""
