"""The periodic wavelet transform by hand-written slices, for libraries whose arrays are sliced like NumPy's. The
coefficients lie in place, as in PyWavelets' `coeffs_to_array`."""

from common import LEVELS

# sym4 of PyWavelets, the filter of its analysis
LOW = (
    -0.07576571478927333,
    -0.02963552764599851,
    0.49761866763201545,
    0.8037387518059161,
    0.29785779560527736,
    -0.09921954357684722,
    -0.012603967262037833,
    0.0322231006040427,
)
HIGH = tuple((-1) ** (j + 1) * LOW[7 - j] for j in range(8))
TAPS = 8
# output k of the analysis reads entries 2 k + OFFSET - j
OFFSET = 4


def part(x, axis, begin, end, step=1):
    index = [slice(None), slice(None)]
    index[axis] = slice(begin, end, step)
    return x[tuple(index)]


class Wavelet:
    """Given how arrays are joined: `cat(arrays, axis)`, and `stack(arrays, axis)` on a new axis."""

    def __init__(self, cat, stack):
        self.cat, self.stack = cat, stack

    def split(self, x, axis):
        n = x.shape[axis]
        before, after = TAPS - 1 - OFFSET, OFFSET - 1
        padded = self.cat([part(x, axis, n - before, n), x, part(x, axis, 0, after)], axis)
        taps = [part(padded, axis, OFFSET - j + before, OFFSET - j + before + n - 1, 2) for j in range(TAPS)]
        return [sum(h * tap for h, tap in zip(filter_, taps)) for filter_ in (LOW, HIGH)]

    def join(self, low, high, axis):
        n = low.shape[axis]
        halves = []
        for parity in (0, 1):
            total = 0
            for band, filter_ in ((low, LOW), (high, HIGH)):
                padded = self.cat([part(band, axis, n - 2, n), band, part(band, axis, 0, 2)], axis)
                for j in range(TAPS):
                    shift, odd = divmod(parity - OFFSET + j, 2)
                    if not odd:
                        total = total + filter_[j] * part(padded, axis, shift + 2, shift + 2 + n)
            halves.append(total)
        joined = self.stack(halves, axis + 1)
        shape = list(low.shape)
        shape[axis] = 2 * n
        return joined.reshape(shape)

    def analyse(self, x, levels=LEVELS):
        if levels == 0:
            return x
        (ll, lh), (hl, hh) = (self.split(half, 1) for half in self.split(x, 0))
        above = self.cat([self.analyse(ll, levels - 1), lh], 1)
        return self.cat([above, self.cat([hl, hh], 1)], 0)

    def synthesise(self, c, levels=LEVELS):
        if levels == 0:
            return c
        h, w = c.shape[0] // 2, c.shape[1] // 2
        upper = self.join(self.synthesise(c[:h, :w], levels - 1), c[:h, w:], 1)
        return self.join(upper, self.join(c[h:, :w], c[h:, w:], 1), 0)
