"""Archives: hours and terabytes of recordings, on one machine or on many.

``plan`` says how every recording is heard, ``sources`` lists and opens recordings, ``hear`` finds
the words of some of them, ``cluster`` has that done by many processes (Dask), ``folder`` keeps what
was found on disk so that a later run goes on, and ``run`` puts them together. ``labels`` writes
events for other programs, ``summary`` counts them.
"""
