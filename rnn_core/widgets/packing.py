"""Numbers on their way to the page: rounded once, in Python, and packed small.

A number is rounded to four decimals by Python's own formatting and travels as that many
ten-thousandths. The page only puts the decimal point back, so what a reader sees is exactly what
``f"{value:.4f}"`` gives, and no number is computed twice.
"""

from __future__ import annotations

import numpy as np

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LIMIT = (1 << 23) / 1e4  # four base-64 digits hold 24 bits
SMALL = {"t": (3, 1), "h": (2, 3)}  # how many numbers up to 1 or 3 in size share a digit


def rounded(values: np.ndarray, places: int = 4) -> np.ndarray:
    """Return `values` as whole numbers of 10^−places, rounded as Python's formatting rounds."""
    digits = [int(f"{value:.{places}f}".replace(".", "")) for value in values.ravel().tolist()]
    return np.array(digits, dtype=np.int64).reshape(values.shape)


def pack(numbers: np.ndarray) -> str:
    """Pack whole numbers as text.

    Parameters
    ----------
    numbers : ndarray of int
        Of any shape; read in C order.

    Returns
    -------
    str
        The number of base-64 digits each one takes, then the first digit of all, the second of
        all, and so on, most significant first; each number is shifted to be non-negative. Digits
        of one place look alike, so a server's gzip packs them better side by side. Numbers of
        at most 1 or 3 in size share a digit by threes ("t") or twos ("h"); after the letter
        stands how many numbers of the last digit are not there.
    """
    flat = numbers.ravel()
    for letter, (share, most) in SMALL.items():
        if flat.size and np.abs(flat).max() <= most:
            return letter + _pack_small(flat, share, most)
    width = next((w for w in range(1, 5) if np.all(np.abs(flat) < 1 << (6 * w - 1))), None)
    if width is None:
        raise ValueError(f"numbers must lie within ±{LIMIT}; got {np.abs(flat).max() / 1e4}")
    shifts = 6 * np.arange(width - 1, -1, -1)
    digits = (flat + (1 << (6 * width - 1)) >> shifts[:, None]) & 63  # (width, N)
    return str(width) + np.frombuffer(ALPHABET, np.uint8)[digits].tobytes().decode()


def _pack_small(flat: np.ndarray, share: int, most: int) -> str:
    missing = -len(flat) % share
    padded = np.pad(flat, (0, missing)).reshape(-1, share) + most
    digits = padded @ (2 * most + 1) ** np.arange(share)  # the first number is the lowest place
    return str(missing) + np.frombuffer(ALPHABET, np.uint8)[digits].tobytes().decode()


def unpack(text: str) -> list[int]:
    """Return the whole numbers in a text made by `pack`."""
    values = np.zeros(256, np.int64)
    values[list(ALPHABET)] = np.arange(64)
    if text[0] in SMALL:
        share, most = SMALL[text[0]]
        digits = values[np.frombuffer(text[2:].encode(), np.uint8)]
        base = 2 * most + 1
        small = digits[:, None] // base ** np.arange(share) % base - most
        return small.ravel()[: small.size - int(text[1])].tolist()
    width = int(text[0])
    digits = values[np.frombuffer(text[1:].encode(), np.uint8)].reshape(width, -1)
    shifts = 6 * np.arange(width - 1, -1, -1)
    return ((digits << shifts[:, None]).sum(0) - (1 << (6 * width - 1))).tolist()


def shown(number: int, places: int = 4) -> str:
    """Return a whole number of 10^−places as a reader sees it: ``-5212`` becomes ``−0.5212``."""
    whole, part = divmod(abs(number), 10**places)
    return f"{'−' if number < 0 else ''}{whole}" + (f".{part:0{places}d}" if places else "")


def in_words(number: int) -> str:
    """Return a number of things, up to six, as a word."""
    return ("none", "one", "two", "three", "four", "five", "six")[number]


def superscript(number: int) -> str:
    """Return a whole number as an exponent: ``-22`` becomes ``⁻²²``."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
