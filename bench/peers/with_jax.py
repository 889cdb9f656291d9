"""Cases as a user of JAX writes them: everything within jit."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from common import ITERATIONS, LAYERS, TAU, Case, complex_images, conv_layers, load
from common import joined, momentum_sequence, network, stacked, unet_layers
from wavelets import Wavelet

jax.config.update("jax_default_matmul_precision", "highest")


def versions():
    return {"jax": jax.__version__}


def array(folder, name):
    return jnp.asarray(load(folder, name))


def soft(v, theta):
    return v - jnp.clip(v, -theta, theta)


def jitted(make_function):
    """A case of a function and its arguments."""

    def make(folder):
        function, arguments = make_function(folder)
        compiled = jax.jit(function)

        def run():
            return compiled(*arguments).block_until_ready()

        return Case(run, lambda: np.asarray(run()).squeeze())

    return make


def lista_layers(y, w1, w2, theta):
    x = soft(y @ w1[0].T, theta[0])
    for k in range(1, LAYERS):
        x = soft(y @ w1[k].T + x @ w2[k].T, theta[k])
    return x


def each(folder, name):
    """Of each layer its own."""
    return [jnp.asarray(part) for part in load(folder, name)]


def lista_weights(folder):
    return [each(folder, f"lista.{name}") for name in ("W1", "W2", "theta")]


def lista(batch):
    return lambda folder: (lista_layers, (array(folder, "y1" if batch == 1 else "y"), *lista_weights(folder)))


def training(weights, loss, rate, after=lambda w: w):
    """Steps of Adam; the result are the losses of five."""
    tree = jax.tree_util

    def step(weights, first, second, count):
        value, gradient = jax.value_and_grad(loss)(weights)
        first = tree.tree_map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = tree.tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        c1, c2 = 1 - 0.9**count, 1 - 0.999**count
        weights = tree.tree_map(
            lambda w, m, v: w - rate * (m / c1) / (jnp.sqrt(v / c2) + 1e-8), weights, first, second
        )
        return after(weights), first, second, value

    compiled = jax.jit(step, donate_argnums=(0, 1, 2))
    zeros = tree.tree_map(jnp.zeros_like, weights)
    state = [weights, zeros, tree.tree_map(jnp.copy, zeros), 0]

    def run():
        state[3] += 1
        *moved, value = compiled(*state[:3], jnp.float32(state[3]))
        state[:3] = moved
        jax.block_until_ready(moved)
        return value

    return Case(run, lambda: np.array([float(run()) for _ in range(5)]))


def mean_square(x, target):
    return ((x - target) ** 2).sum(1).mean()


def lista_train(folder):
    y, target = array(folder, "y"), array(folder, "x")

    def after(weights):
        w1, w2, theta = weights
        return [w1, w2, [jnp.maximum(t, 1e-6) for t in theta]]

    return training(lista_weights(folder), lambda w: mean_square(lista_layers(y, *w), target), 1e-4, after)


def lista_cp_train(folder):
    a, y, target = (array(folder, name) for name in ("A", "y", "x"))
    weights = [each(folder, f"lista_cp.{name}") for name in ("W", "theta")]

    def loss(weights):
        w, theta = weights
        x = soft(y @ w[0].T, theta[0])
        for k in range(1, LAYERS):
            x = soft(x + (y - x @ a.T) @ w[k].T, theta[k])
        return mean_square(x, target)

    return training(weights, loss, 1e-4, lambda w: [w[0], [jnp.maximum(t, 1e-6) for t in w[1]]])


def accelerated(gradient, theta, start):
    def iterate(state, factor):
        x, z = state
        new = soft(z - gradient(z), theta)
        return (new, new + factor * (new - x)), None

    factors = jnp.asarray(momentum_sequence(), jnp.float32)
    return lax.scan(iterate, (start, start), factors)[0][0]


def fista(batch):
    def make(folder):
        a, step = array(folder, "A"), float(1 / load(folder, "L"))
        y = array(folder, "y1" if batch == 1 else "y")

        def solve(a, y):
            start = jnp.zeros((*y.shape[:-1], a.shape[1]))
            return accelerated(lambda z: step * ((z @ a.T - y) @ a), 0.1 * step, start)

        return solve, (a, y)

    return make


def inpainting(folder):
    wavelet = Wavelet(lambda parts, axis: jnp.concatenate(parts, axis), lambda parts, axis: jnp.stack(parts, axis))

    def solve(mask, y):
        def gradient(z):
            return wavelet.analyse(mask * (mask * wavelet.synthesise(z) - y))

        return accelerated(gradient, 0.02, jnp.zeros_like(y))

    return solve, (array(folder, "mask"), array(folder, "y"))


def chambolle_pock(start, bound, prox):
    def iterate(_, state):
        x, xb, p0, p1 = state
        q0 = p0 + TAU * jnp.pad(xb[1:] - xb[:-1], ((0, 1), (0, 0)))
        q1 = p1 + TAU * jnp.pad(xb[:, 1:] - xb[:, :-1], ((0, 0), (0, 1)))
        scale = jnp.maximum(1, jnp.sqrt(q0 * q0 + q1 * q1) / bound)
        q0, q1 = q0 / scale, q1 / scale
        adjoint = jnp.pad(q0[:-1], ((1, 0), (0, 0))) - q0 + jnp.pad(q1[:, :-1], ((0, 0), (1, 0))) - q1
        new = prox(x - TAU * adjoint)
        return new, 2 * new - x, q0, q1

    zero = jnp.zeros_like(start)
    return lax.fori_loop(0, ITERATIONS, iterate, (start, start, zero, zero))[0]


def denoise(folder):
    return lambda y: chambolle_pock(y, 0.1, lambda v: (v + TAU * y) / (1 + TAU)), (array(folder, "y"),)


def deblur(folder):
    v = array(folder, "v")

    def solve(v, gain):
        return chambolle_pock(v, 0.01, lambda x: jnp.fft.irfft2(gain * jnp.fft.rfft2(x + TAU * v), s=v.shape))

    return solve, (v, array(folder, "gain")[:, : v.shape[1] // 2 + 1])


def fourier(folder):
    x = jnp.asarray(complex_images(folder))
    side = x.shape[-1]

    @jax.jit
    def pair(x):
        forward = jnp.fft.fft2(x)
        return forward, jnp.fft.ifft2(forward)

    def run():
        return jax.block_until_ready(pair(x))

    def result():
        forward, back = (np.asarray(each) for each in run())
        return stacked(forward, back * side**2)

    return Case(run, result)


def real_fourier(folder):
    x = array(folder, "picture")

    @jax.jit
    def pair(x):
        forward = jnp.fft.rfft2(x)
        return forward, jnp.fft.irfft2(forward, s=x.shape)

    def run():
        return jax.block_until_ready(pair(x))

    def result():
        forward, back = (np.asarray(each) for each in run())
        return joined(forward, back * x.size)

    return Case(run, result)


def convolve(u, layer):
    dimensions = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(u, layer[0], (1, 1), "SAME", dimension_numbers=dimensions) + layer[1]


def convolve_up(u, layer):
    dimensions = ("NHWC", "HWIO", "NHWC")
    up = lax.conv_transpose(u, layer[0], (2, 2), "SAME", dimension_numbers=dimensions, transpose_kernel=True)
    return up + layer[1]


def stack(u, layers):
    for layer in layers[:-1]:
        u = jax.nn.relu(convolve(u, layer))
    return convolve(u, layers[-1])


def parameters(folder, prefix, names):
    return [(jnp.asarray(w), jnp.asarray(b)) for w, b in network(folder, prefix, names)]


def pictures(folder, name):
    return array(folder, name)[..., None]


def unet_train(folder):
    y, target = pictures(folder, "y"), pictures(folder, "x")

    def pool(u):
        return lax.reduce_window(u, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def pair(u, first, second):
        return jax.nn.relu(convolve(jax.nn.relu(convolve(u, first)), second))

    def loss(layers):
        c1, c2, c3, c4, c5, c6, u1, c7, c8, u2, c9, c10, c11 = layers
        fine = pair(y, c1, c2)
        middle = pair(pool(fine), c3, c4)
        coarse = pair(pool(middle), c5, c6)
        up = pair(jnp.concatenate([middle, convolve_up(coarse, u1)], -1), c7, c8)
        up = pair(jnp.concatenate([fine, convolve_up(up, u2)], -1), c9, c10)
        return ((convolve(up, c11) - target) ** 2).mean()

    return training(parameters(folder, "N", unet_layers()), loss, 1e-4)


def dncnn(folder):
    y = array(folder, "y")[None, ..., None]
    return lambda y, layers: y - stack(y, layers), (y, parameters(folder, "N", conv_layers(17)))


def norms(x):
    return jnp.sqrt((x * x).sum((1, 2, 3)))


def anderson(f, ends, memory=5, ridge=1e-8, most=200):
    """Type II for each sample, on differences, as runtime/solve/anderson.ts has it: from a start and what else f and
    `ends` read to the point and the count. The loop is the host's: within `while_loop` XLA's gradients of convolutions
    on processors take twenty times longer."""
    ridge = max(ridge, 10 * 2.0**-24)

    @jax.jit
    def iterate(state, rest):
        count, x, last_x, last_r, xs, rs = state
        batch = x.shape[0]
        r = f(x, rest) - x
        slot = count % memory
        first = count == 0
        xs = xs.at[slot].set(jnp.where(first, 0, x - last_x))
        rs = rs.at[slot].set(jnp.where(first, 0, r - last_r))
        columns = rs.reshape(memory, batch, -1)
        gram = jnp.einsum("ibn,jbn->bij", columns, columns)
        diagonal = jnp.diagonal(gram, axis1=1, axis2=2)
        scale = jnp.where(diagonal > 0, lax.rsqrt(jnp.maximum(diagonal, 1e-30)), 0)
        matrix = gram * scale[:, :, None] * scale[:, None, :]
        matrix = matrix + jnp.eye(memory) * jnp.where(diagonal > 0, ridge, 1)[:, :, None]
        right = jnp.einsum("ibn,bn->bi", columns, r.reshape(batch, -1)) * scale
        weights = jnp.linalg.solve(matrix, right[..., None])[..., 0] * scale
        new = x + r - jnp.einsum("bi,ib...->b...", weights, xs + rs)
        return (count + 1, new, x, r, xs, rs), ends(norms(r), norms(x), rest).all()

    def solve(x, rest):
        zeros = jnp.zeros((memory, *x.shape))
        state = (jnp.int32(0), x, x, x, zeros, zeros)
        for count in range(1, most + 1):
            state, done = iterate(state, rest)
            if done:
                break
        return state[2], count

    return solve


def de_prox(folder):
    a = array(folder, "weights")[None, ..., None]
    y, target = pictures(folder, "y"), pictures(folder, "x")
    weights = (array(folder, "eta"), parameters(folder, "D", conv_layers(5)))
    notes = {}

    def step(x, weights):
        eta, layers = weights
        u = x - eta * a * (a * x - y)
        return u - stack(u, layers)

    def adjoint_step(w, rest):
        z, c, _, weights = rest
        return c + jax.vjp(lambda z: step(z, weights), z)[1](w)[0]

    @jax.jit
    def cotangent(z, weights):
        c = jax.grad(lambda image: ((image - target) ** 2).mean())(step(z, weights))
        return c, norms(c)

    by_weights = jax.jit(lambda z, weights, w: jax.vjp(lambda v: step(z, v), weights)[1](w)[0])
    forwards = anderson(step, lambda r, x, _: r <= 1e-5 * x)
    backwards = anderson(adjoint_step, lambda r, _, rest: r <= 1e-5 * rest[2])

    def run():
        z, notes["forward"] = forwards(a * y, weights)
        c, size = cotangent(z, weights)
        w, notes["backward"] = backwards(c, (z, c, size, weights))
        return jax.block_until_ready(by_weights(z, weights, w))

    def result():
        _, layers = run()
        return np.asarray(layers[2][0])

    return Case(run, result, notes)


def threshold(folder):
    return lambda x, g: soft(x - 0.5 * g, 0.3), (array(folder, "x"), array(folder, "g"))


def product(folder):
    return jnp.matmul, (array(folder, "a"), array(folder, "b"))


def triad(folder):
    return lambda a, b: a + 0.5 * b, (array(folder, "a"), array(folder, "b"))


def cases(_):
    return {
        "sgemm": jitted(product),
        "triad": jitted(triad),
        "lista-cp-train": lista_cp_train,
        "lista-train": lista_train,
        "lista-64": jitted(lista(64)),
        "lista-1": jitted(lista(1)),
        "fista-64": jitted(fista(64)),
        "fista-1": jitted(fista(1)),
        "inpainting": jitted(inpainting),
        "tv-denoise": jitted(denoise),
        "tv-deblur": jitted(deblur),
        "fft-4x256": fourier,
        "fft-1x320": fourier,
        "rfft-512": real_fourier,
        "unet-train": unet_train,
        "dncnn": jitted(dncnn),
        "de-prox": de_prox,
        "soft": jitted(threshold),
    }
