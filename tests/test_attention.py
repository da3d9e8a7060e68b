"""Attention against loops, finite differences and PyTorch; an encoder and a decoder around it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import GRU, LSTM, heads
from rnn_core.attention import attend, attend_backward
from rnn_core.gradcheck import directional_errors
from rnn_core.padding import mask_of
from tests.cases import SOURCES, fixture

MAKER = "make_torch_attention"


def draw(T, S, B, H, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, B, H)) for n in (T, S, T))


def one_by_one(queries, memory, mask, scale):
    """Return weights and context by loops over everything."""
    (T, B, H), S = queries.shape, len(memory)
    weights, context = np.zeros((T, B, S)), np.zeros((T, B, H))
    for t in range(T):
        for b in range(B):
            e = [
                np.exp(scale * sum(queries[t, b, k] * memory[s, b, k] for k in range(H)))
                if mask[s, b]
                else 0.0
                for s in range(S)
            ]
            weights[t, b] = np.array(e) / sum(e)
            for s in range(S):
                context[t, b] += weights[t, b, s] * memory[s, b]
    return weights, context


@pytest.mark.parametrize("case", list(fixture("stored", "attention")))
@pytest.mark.parametrize("source", SOURCES)
def test_values_and_gradients_equal_pytorch(source, case):
    want = fixture(source, "attention", MAKER)[case]
    args, scale = (want["queries"], want["memory"]), want["scale"].item()
    weights, context = attend(*args, want["mask"], scale=scale)
    dqueries, dmemory = attend_backward(*args, weights, want["dcontext"], scale=scale)
    found = {"weights": weights, "context": context, "dqueries": dqueries, "dmemory": dmemory}
    for name, value in found.items():
        np.testing.assert_allclose(value, want[name], rtol=1e-9, atol=1e-12)


def test_loops_say_the_same():
    queries, memory, _ = draw(4, 5, 3, 2)
    mask = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 1], [0, 0, 1]])  # not only at the end
    found, want = attend(queries, memory, mask, scale=0.7), one_by_one(queries, memory, mask, 0.7)
    for got, right in zip(found, want, strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("scale", [1.0, 0.3])
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (4, 6, 3, 5), (1, 6, 2, 3), (5, 1, 2, 3)])
def test_gradients_by_finite_differences(sizes, scale):
    queries, memory, dcontext = draw(*sizes)
    mask = mask_of(np.random.default_rng(1).integers(1, sizes[1] + 1, sizes[2]), sizes[1])
    weights, _ = attend(queries, memory, mask, scale=scale)
    dqueries, dmemory = attend_backward(queries, memory, weights, dcontext, scale=scale)
    errors = directional_errors(
        lambda: float((dcontext * attend(queries, memory, mask, scale=scale)[1]).sum()),
        {"queries": queries, "memory": memory},
        {"queries": dqueries, "memory": dmemory},
        rng=np.random.default_rng(2),
        directions=5,
    )
    assert max(errors.values()) < 1e-6


def test_masked_steps_count_nowhere():
    queries, memory, dcontext = draw(3, 5, 2, 4)
    mask = mask_of(np.array([5, 2]), 5)
    weights, context = attend(queries, memory, mask)
    assert (weights.transpose(2, 1, 0)[mask == 0] == 0).all()
    dmemory = attend_backward(queries, memory, weights, dcontext)[1]
    assert (dmemory[mask == 0] == 0).all()
    assert (dmemory[mask == 1] != 0).all()
    memory[mask == 0] = 1e6
    assert attend(queries, memory, mask.astype(bool))[1].tobytes() == context.tobytes()
    alone = attend(queries[:, 1:], memory[:2, 1:])[1]
    np.testing.assert_allclose(context[:, 1:], alone, rtol=1e-12)


def test_limits():
    _, memory, _ = draw(1, 4, 2, 3)
    same, _ = attend(np.zeros((2, 2, 3)), memory)  # nothing is asked: all weigh the same
    assert (same == 0.25).all()
    _, context = attend(1e3 * memory, memory, scale=1e3)
    best = np.einsum("tbh,sbh->tbs", memory, memory).argmax(-1)
    for b in range(2):  # the nearest takes it all, and nothing overflows
        np.testing.assert_array_equal(context[:, b], memory[best[:, b], b])
    weights, context = attend(memory, memory, np.eye(4, 2))  # one step counts in each sequence
    assert (weights.max(-1) == 1).all()
    np.testing.assert_array_equal(context[:, 1], np.broadcast_to(memory[1, 1], (4, 3)))


def test_equal_steps_share_and_order_does_not_matter():
    queries, memory, _ = draw(3, 5, 2, 4)
    weights, context = attend(queries, memory)
    order = [3, 1, 4, 0, 2]
    turned, same = attend(queries, memory[order])
    np.testing.assert_allclose(turned, weights[..., order], rtol=1e-12)
    np.testing.assert_allclose(same, context, rtol=1e-12)
    twice, same = attend(queries, np.concatenate([memory, memory]))
    np.testing.assert_allclose(twice[..., :5], weights / 2, rtol=1e-12)
    np.testing.assert_allclose(same, context, rtol=1e-12)


def test_a_matrix_between_the_two_is_a_matrix_on_the_queries():
    queries, memory, dcontext = draw(3, 5, 2, 4)
    W = np.random.default_rng(3).standard_normal((4, 4))

    def loss():
        return float((dcontext * attend(queries @ W, memory)[1]).sum())

    weights, _ = attend(queries @ W, memory)
    dq, dmemory = attend_backward(queries @ W, memory, weights, dcontext)
    grads = {"queries": dq @ W.T, "W": np.einsum("tbi,tbj->ij", queries, dq), "memory": dmemory}
    arrays = {"queries": queries, "W": W, "memory": memory}
    errors = directional_errors(loss, arrays, grads, rng=np.random.default_rng(4))
    assert max(errors.values()) < 1e-6


def test_float32_stays_and_arguments_are_left_alone():
    given = [each.astype(np.float32) for each in draw(3, 5, 2, 4)]
    before = [each.tobytes() for each in given]
    queries, memory, dcontext = given
    weights, context = attend(queries, memory, np.ones((5, 2)), scale=0.5)
    found = attend_backward(queries, memory, weights, dcontext, scale=0.5)
    assert {each.dtype for each in (weights, context, *found)} == {np.dtype(np.float32)}
    assert before == [each.tobytes() for each in given]


@given(*[st.integers(1, 6)] * 4, st.data())
@settings(deadline=None, max_examples=60)
def test_any_shape(T, S, B, H, data):
    lengths = np.array(data.draw(st.lists(st.integers(1, S), min_size=B, max_size=B)))
    queries, memory, dcontext = draw(T, S, B, H)
    weights, context = attend(queries, memory, mask_of(lengths, S))
    assert (weights.shape, context.shape) == ((T, B, S), (T, B, H))
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-12)
    assert (abs(context) <= abs(memory).max(axis=0) + 1e-12).all()  # a mean lies within
    found = attend_backward(queries, memory, weights, dcontext)
    assert [each.shape for each in found] == [queries.shape, memory.shape]
    # A vector added to the whole memory is added to the context; the weights stay.
    moved, further = attend(queries, memory + dcontext[:1], mask_of(lengths, S))
    np.testing.assert_allclose(moved, weights, atol=1e-9)
    np.testing.assert_allclose(further, context + dcontext[0], atol=1e-9)


@pytest.mark.parametrize("kind", [GRU, LSTM])
def test_an_encoder_and_a_decoder_around_it(kind):
    """The cells' own forward and backward take and give all that attention needs."""
    rng = np.random.default_rng(0)
    encoder, decoder = kind(3, 4, rng=rng), kind(5, 4, rng=rng)
    readout = heads.Readout(8, 6, rng=rng)
    xs, ys = rng.standard_normal((7, 3, 3)), rng.standard_normal((5, 3, 5))
    labels, lengths = rng.integers(0, 6, (5, 3)), np.array([7, 2, 5])

    def passes():
        read = encoder.forward(xs, lengths=lengths)
        written = decoder.forward(ys, read.end)
        weights, context = attend(written.h, read.h, mask_of(lengths, 7))
        both = np.concatenate([written.h, context], axis=-1)
        loss, dscores = heads.softmax_cross_entropy(readout.forward(both), labels)
        return read, written, weights, both, loss, dscores

    read, written, weights, both, _, dscores = passes()
    dparams, dboth = readout.backward(both, dscores)
    dqueries, dmemory = attend_backward(written.h, read.h, weights, dboth[..., 4:])
    back = decoder.backward(written, dboth[..., :4] + dqueries)
    front = encoder.backward(read, dmemory, back.state)
    arrays = {f"e.{k}": v for k, v in encoder.params.items()} | readout.params
    arrays |= {f"d.{k}": v for k, v in decoder.params.items()} | {"xs": xs, "ys": ys}
    grads = {f"e.{k}": v for k, v in front.params.items()} | dparams
    grads |= {f"d.{k}": v for k, v in back.params.items()} | {"xs": front.xs, "ys": back.xs}
    errors = directional_errors(lambda: passes()[4], arrays, grads, rng=rng)
    assert max(errors.values()) < 1e-6


Q, M, D = draw(3, 5, 2, 4)
W, _ = attend(Q, M)
WRONG = {
    "queries must have shape (T, B, H); got (2, 4)": lambda: attend(Q[0], M),
    "queries must be an array of real numbers; got dtype <U1": lambda: attend("q", M),
    "queries must be finite; got nan": lambda: attend(Q * np.nan, M),
    "memory must have shape (S, 2, 4); got (5, 2, 3)": lambda: attend(Q, M[..., :3]),
    "memory must have shape (S, 2, 4); got (5, 1, 4)": lambda: attend(Q, M[:, :1]),
    "memory must have shape (S, 2, 4), each size at least 1; got (0, 2, 4)": lambda: attend(
        Q, M[:0]
    ),
    "memory must be finite; got inf": lambda: attend(Q, M + np.inf),
    "mask must have shape (5, 2); got (3, 2)": lambda: attend(Q, M, np.ones((3, 2))),
    "mask must have shape (5, 2); got (2, 5)": lambda: attend(Q, M, np.ones((2, 5))),
    "mask must be whole numbers from 0 to 1; got 0.5": lambda: attend(Q, M, np.full((5, 2), 0.5)),
    "mask must have a step that counts in each sequence; got only 0 in sequence 1": lambda: attend(
        Q, M, np.eye(5, 2) * [1, 0]
    ),
    "scale must be above 0; got 0": lambda: attend(Q, M, scale=0),
    "scale must be a number; got '1'": lambda: attend(Q, M, scale="1"),
    "weights must have shape (3, 2, 5); got (2, 3, 5)": lambda: attend_backward(
        Q, M, W.swapaxes(0, 1), D
    ),
    "dcontext must have shape (3, 2, 4); got (2, 2, 4)": lambda: attend_backward(Q, M, W, D[1:]),
    "dcontext must be finite; got nan": lambda: attend_backward(Q, M, W, D * np.nan),
    "scale must be finite; got inf": lambda: attend_backward(Q, M, W, D, scale=np.inf),
}


@pytest.mark.parametrize(("message", "call"), WRONG.items(), ids=WRONG)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert message in str(caught.value)
