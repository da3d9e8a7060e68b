"""Wrong calls: each is refused by name, with what came and what was expected."""

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, H, data, gradcheck, heads, init, interop, store
from rnn_core.gradcheck import directional_errors
from rnn_core.network import Model
from rnn_core.optim import Adam, clip_by_global_norm
from rnn_core.train import train
from tests.cases import draw, make, same, snapshot

RNG = np.random.default_rng(0)
NAN, INF = float("nan"), float("inf")
CELLS = {v: make(v, 3, 4) for v in ("lstm", "gru after", "gru before", "rnn tanh")}
LSTM_ = CELLS["lstm"]
FLOAT32 = make("lstm", 3, 4, dtype=np.float32)
XS, STATE, DH, DSTATE = draw(LSTM_, 5, 2)
TRACE = LSTM_.forward(XS, STATE)
READOUT = heads.Readout(4, 2, rng=RNG)
MODEL = Model(LSTM_, READOUT)
SCORES, LABELS = RNG.standard_normal((5, 2, 3)), np.zeros((5, 2), int)
WEIGHTS = interop.to_torch(LSTM_)
ENTROPY = heads.softmax_cross_entropy


def with_entry(array, value):
    """Return a copy of `array` with its last entry changed."""
    copy = array.copy()
    copy.flat[-1] = value
    return copy


def state(h=STATE.h, c=STATE.c):
    return type(STATE)(h, c)


def alter(cell, name, value):
    """Return a twin of `cell` with one parameter replaced."""
    twin = type(cell)(3, 4, rng=RNG)
    twin.params[name] = value
    return twin


def fit(model=MODEL, batches=((XS, LABELS),), loss=ENTROPY, optimizer=None, **options):
    return train(model, batches, loss, optimizer or Adam(), progress=False, **options)


def errors(arrays, grads, loss=lambda: 0.0, **options):
    return directional_errors(loss, arrays, grads, rng=RNG, **options)


ONE = {"w": np.ones(2)}
CALLS = {  # argument: what came → the call
    # making a cell
    "input_size must be at least 1; got 0": lambda: LSTM(0, 4, rng=RNG),
    "input_size must be at least 1; got -3": lambda: RNN(-3, 4, rng=RNG),
    "hidden_size must be a whole number; got 4.0": lambda: GRU(3, 4.0, rng=RNG),
    "hidden_size must be a whole number; got True": lambda: LSTM(3, True, rng=RNG),
    "hidden_size must be a whole number; got '4'": lambda: LSTM(3, "4", rng=RNG),
    "hidden_size must be a whole number; got None": lambda: LSTM(3, None, rng=RNG),
    "rng must be a numpy.random.Generator; got 0": lambda: LSTM(3, 4, rng=0),
    "dtype must be float64 or float32; got int64": lambda: LSTM(3, 4, rng=RNG, dtype=np.int64),
    "dtype must be float64 or float32; got float16": lambda: LSTM(3, 4, rng=RNG, dtype="float16"),
    "dtype must be float64 or float32; got 'real'": lambda: LSTM(3, 4, rng=RNG, dtype="real"),
    "dtype must be float64 or float32; got None": lambda: LSTM(3, 4, rng=RNG, dtype=None),
    "forget_bias must be finite; got nan": lambda: LSTM(3, 4, rng=RNG, forget_bias=NAN),
    "forget_bias must be a number; got '1'": lambda: LSTM(3, 4, rng=RNG, forget_bias="1"),
    "forget_bias must fit in a float": lambda: LSTM(3, 4, rng=RNG, forget_bias=10**400),
    "activation must be one of 'tanh', 'logistic', 'relu', 'identity'; got 'sin'": lambda: RNN(
        3, 4, rng=RNG, activation="sin"
    ),
    "activation must be one of 'tanh', 'logistic', 'relu', 'identity'; got array": lambda: RNN(
        3, 4, rng=RNG, activation=np.array(["tanh", "relu"])
    ),
    "reset must be one of 'after', 'before'; got None": lambda: GRU(3, 4, rng=RNG, reset=None),
    "recurrent_bias must be False with reset='before'": lambda: GRU(
        3, 4, rng=RNG, reset="before", recurrent_bias=True
    ),
    "recurrent_bias must be of type bool; got 'no'": lambda: GRU(
        3, 4, rng=RNG, recurrent_bias="no"
    ),
    "batch_size must be at least 1; got 0": lambda: LSTM_.zero_state(0),
    "batch_size must be a whole number; got 2.0": lambda: LSTM_.zero_state(2.0),
    "rows must be at least 1; got 0": lambda: init.orthogonal(0, 2, rng=RNG),
    "columns must be a whole number; got 1.5": lambda: init.glorot_uniform(2, 1.5, rng=RNG),
    # one step
    "x must have shape (B, 3); got (2, 4)": lambda: LSTM_.step(np.ones((2, 4)), STATE),
    "x must have shape (B, 3); got (3,)": lambda: LSTM_.step(np.ones(3), STATE),
    "x must have shape (B, 3); got ()": lambda: LSTM_.step(1.0, STATE),
    "x must have shape (B, 3), each size at least 1; got (0, 3)": lambda: LSTM_.step(
        np.ones((0, 3)), STATE
    ),
    "x must be an array of real numbers; got dtype <U": lambda: LSTM_.step([["a"] * 3] * 2, STATE),
    "x must be an array of real numbers; got dtype object": lambda: LSTM_.step(None, STATE),
    "x must be an array of real numbers; got dtype complex128": lambda: LSTM_.step(
        np.ones((2, 3)) * 1j, STATE
    ),
    "x must be an array of numbers; got [[1], [2, 3]]": lambda: LSTM_.step([[1], [2, 3]], STATE),
    "x must be finite; got nan at index (1, 2)": lambda: LSTM_.step(with_entry(XS[0], NAN), STATE),
    "x must be finite; got -inf at index (1, 2)": lambda: LSTM_.step(
        with_entry(XS[0], -INF), STATE
    ),
    "state.h must have shape (2, 4); got (2, 3)": lambda: LSTM_.step(
        XS[0], state(h=np.ones((2, 3)))
    ),
    "state.c must have shape (2, 4); got (1, 4)": lambda: LSTM_.step(
        XS[0], state(c=np.ones((1, 4)))
    ),
    "state.c must be finite; got inf": lambda: LSTM_.step(XS[0], state(c=with_entry(STATE.c, INF))),
    "state must be HC(h, c), a tuple of arrays; got H(h=": lambda: LSTM_.step(XS[0], H(STATE.h)),
    "state must be HC(h, c), a tuple of arrays; got array": lambda: LSTM_.step(XS[0], STATE.h),
    "state must be HC(h, c), a tuple of arrays; got None": lambda: LSTM_.step(XS[0], None),
    "state must be H(h), a tuple of arrays; got HC(": lambda: CELLS["gru after"].step(XS[0], STATE),
    "params['W_ix'] must have shape (4, 3) and dtype float64; got (4, 4)": lambda: alter(
        LSTM_, "W_ix", np.ones((4, 4))
    ).step(XS[0], STATE),
    # a sequence
    "xs must have shape (T, B, 3); got (5, 3)": lambda: LSTM_.forward(XS[:, 0]),
    "xs must have shape (T, B, 3); got (5, 2, 2)": lambda: LSTM_.forward(XS[..., :2]),
    "xs must have shape (T, B, 3), each size at least 1; got (0, 2, 3)": lambda: LSTM_.forward(
        XS[:0]
    ),
    "xs must be finite; got nan at index (4, 1, 2)": lambda: LSTM_.forward(with_entry(XS, NAN)),
    "xs must fit in float32; got 1e+300": lambda: FLOAT32.forward(with_entry(XS, 1e300)),
    "xs must be an array of real numbers; got dtype datetime64": lambda: LSTM_.forward(
        XS.astype("datetime64[s]")
    ),
    "state.h must have shape (2, 4); got (3, 4)": lambda: LSTM_.forward(
        XS, state(h=np.ones((3, 4)))
    ),
    "params['b_f'] must have shape (4,) and dtype float64; got (1,)": lambda: alter(
        LSTM_, "b_f", np.ones(1)
    ).forward(XS),
    "params['b_f'] must have shape (4,) and dtype float64; got (4,) and float32": lambda: alter(
        LSTM_, "b_f", np.ones(4, np.float32)
    ).forward(XS),
    "params['b_f'] must be of type ndarray; got [1, 1, 1, 1]": lambda: alter(
        LSTM_, "b_f", [1, 1, 1, 1]
    ).forward(XS),
    "dh must have shape (5, 2, 4); got (4, 2, 4)": lambda: LSTM_.backward(TRACE, DH[1:]),
    "dh must be finite; got nan": lambda: LSTM_.backward(TRACE, with_entry(DH, NAN)),
    "dstate.c must have shape (2, 4); got (4,)": lambda: LSTM_.backward(
        TRACE, DH, state(c=np.ones(4))
    ),
    "dstate must be HC(h, c), a tuple of arrays; got H": lambda: LSTM_.backward(
        TRACE, DH, H(DH[0])
    ),
    "trace must be of type Trace; got array": lambda: LSTM_.backward(TRACE.h, DH),
    "trace must be one of GRU with D=3, H=4 in float64; got LSTM": lambda: CELLS[
        "gru after"
    ].backward(TRACE, DH),
    "trace must be one of LSTM with D=2, H=4 in float64; got LSTM with D=3": lambda: make(
        "lstm", 2, 4
    ).backward(TRACE, DH),
    "trace must be one of LSTM with D=3, H=4 in float32; got": lambda: FLOAT32.backward(TRACE, DH),
    "trace must be of GRU(3, 4, reset='after', recurrent_bias=False); got one made": lambda: CELLS[
        "gru after"
    ].backward(CELLS["gru before"].forward(XS), DH),
    # checks of gradients
    "cell must be of type Layer; got {}": lambda: gradcheck({}, XS, rng=RNG),
    "cell must be in float64, where differences are exact; got float32": lambda: gradcheck(
        FLOAT32, XS, rng=RNG
    ),
    "directions must be at least 1; got 0": lambda: gradcheck(LSTM_, XS, rng=RNG, directions=0),
    "step must be above 0; got 0": lambda: gradcheck(LSTM_, XS, rng=RNG, step=0),
    "grads must have the names ['w']; got []": lambda: errors(ONE, {}),
    "grads['w'] must have shape (2,); got (3,)": lambda: errors(ONE, {"w": np.ones(3)}),
    "grads['w'] must be finite; got inf": lambda: errors(ONE, {"w": np.full(2, INF)}),
    "arrays['w'] must be float64; got float32": lambda: errors(
        {"w": np.ones(2, np.float32)}, {"w": np.ones(2)}
    ),
    "loss must be a number; got None": lambda: errors(ONE, ONE, loss=lambda: None),
    # readouts and losses
    "output_size must be at least 1; got 0": lambda: heads.Readout(4, 0, rng=RNG),
    "hs must have shape (T, B, 4); got (5, 2, 3)": lambda: READOUT.forward(XS),
    "hs must have shape (T, B, 4); got (2,)": lambda: READOUT.backward([1, 2], SCORES),
    "dscores must have shape (5, 2, 2); got (5, 2, 3)": lambda: MODEL.backward(TRACE, SCORES),
    "trace must be of type Trace; got None": lambda: MODEL.backward(None, SCORES),
    "cell must be of type Layer; got 'LSTM'": lambda: Model("LSTM", READOUT),
    "readout must be of type Readout; got None": lambda: Model(LSTM_, None),
    "readout must be made for hidden_size 4, the cell's; got 5": lambda: Model(
        LSTM_, heads.Readout(5, 2, rng=RNG)
    ),
    "scores must have shape (T, B, K); got (3,)": lambda: heads.softmax([1.0, 2.0, 3.0]),
    "scores must be finite; got nan": lambda: ENTROPY(with_entry(SCORES, NAN), LABELS),
    "targets must have shape (5, 2, 3); got (5, 2)": lambda: heads.mean_squared_error(
        SCORES, LABELS
    ),
    "labels must have shape (5, 2); got (5, 2, 3)": lambda: ENTROPY(SCORES, SCORES),
    "labels must be whole numbers from 0 to 2; got 3": lambda: ENTROPY(SCORES, LABELS + 3),
    "labels must be whole numbers from 0 to 2; got -1": lambda: ENTROPY(SCORES, LABELS - 1),
    "labels must be whole numbers from 0 to 2; got 0.5": lambda: ENTROPY(SCORES, LABELS + 0.5),
    "labels must be whole numbers from 0 to 1; got 2": lambda: heads.logistic_cross_entropy(
        SCORES[..., :1], LABELS + 2
    ),
    "scores must have shape (T, B, 1); got (5, 2, 3)": lambda: heads.logistic_cross_entropy(
        SCORES, LABELS
    ),
    "mask must have shape (5, 2); got (2,)": lambda: ENTROPY(SCORES, LABELS, [1, 1]),
    "mask must be 0 or more, with at least one step that counts; got": lambda: ENTROPY(
        SCORES, LABELS, LABELS
    ),
    "mask must be 0 or more": lambda: ENTROPY(SCORES, LABELS, LABELS - 1),
    # training
    "learning_rate must be above 0; got -0.1": lambda: Adam(-0.1),
    "learning_rate must be a number; got 'fast'": lambda: Adam("fast"),
    "learning_rate must be finite; got nan": lambda: Adam(lambda step: NAN).step(ONE, ONE),
    "betas[1] must be from 0 to below 1; got 1": lambda: Adam(betas=(0.9, 1)),
    "betas must be a tuple of two numbers; got 0.9": lambda: Adam(betas=0.9),
    "epsilon must be above 0; got 0": lambda: Adam(epsilon=0),
    "max_norm must be above 0; got 0": lambda: clip_by_global_norm(ONE, 0),
    "grads['w'] must be finite; got nan": lambda: clip_by_global_norm({"w": np.full(2, NAN)}, 1),
    "model must be of type Model; got LSTM": lambda: fit(LSTM_),
    "batches must be of type Iterable; got 3": lambda: fit(batches=3),
    "(xs, targets, mask) or (xs, targets, mask, lengths); got (array": lambda: fit(batches=[(XS,)]),
    "loss must be a function of scores and targets; got 'mse'": lambda: fit(loss="mse"),
    "optimizer must be of type Optimizer; got 0.1": lambda: fit(optimizer=0.1),
    "reset_every must be at least 1; got 0": lambda: fit(carry_state=True, reset_every=0),
    "max_norm must be finite; got inf": lambda: fit(max_norm=INF),
    "xs must have shape (T, B, 3); got (5, 2, 1)": lambda: fit(batches=[(XS[..., :1], LABELS)]),
    # text
    "text must hold only printable ASCII, tab, newline and form feed; got 'é' at position 3": (
        lambda: data.encode("café")
    ),
    "text must be a str; got bytes": lambda: data.encode(b"x = 1"),
    "text must hold at least one character; got an empty str": lambda: data.one_hot(""),
    "text must be whole numbers from 0 to 97; got 98": lambda: data.one_hot([[98]]),
    "text must be whole numbers from 0 to 97; got 0.5": lambda: data.one_hot([[0.5]]),
    "text must have shape (T, B); got (1,)": lambda: data.one_hot([1]),
    "source must be a str; got None": lambda: data.inside_string(None),
    "source must hold at least one character; got": lambda: data.inside_string(""),
    "split must be one of 'train', 'validation', 'test'; got 'dev'": lambda: data.python_source(
        "dev"
    ),
    # PyTorch and files
    "state_dict must be a mapping of names to arrays; got [1]": lambda: interop.from_torch([1]),
    "one layer in one direction; got none": lambda: interop.from_torch({}),
    "weight_ih_l0 must be an array of real numbers; got dtype <U1": lambda: interop.from_torch(
        WEIGHTS | {"weight_ih_l0": "W"}
    ),
    "activation must be one of 'tanh', 'relu'; got 'elu'": lambda: interop.from_torch(
        WEIGHTS, activation="elu"
    ),
    "cell must be an RNN, LSTM or GRU; got {": lambda: interop.to_torch(WEIGHTS),
    "cell must be a GRU with reset='after', as PyTorch's is; got": lambda: interop.to_torch(
        CELLS["gru before"]
    ),
    "cell must be an RNN with 'tanh' or 'relu' for PyTorch; got 'logistic'": lambda: (
        interop.to_torch(make("rnn logistic"))
    ),
    "path must be a str or a Path; got 3": lambda: store.load(3),
    "path must be a str or a Path; got None": lambda: store.save(MODEL, None),
    "model must be of type Model; got LSTM(3": lambda: store.save(LSTM_, "never.safetensors"),
    "note must be of type str; got 5": lambda: store.save(MODEL, "never.safetensors", note=5),
    "no such file": lambda: store.load("no such file"),
    "is not a whole safetensors file": lambda: store.load(__file__),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name_and_changes_nothing(message, call):
    held = {**MODEL.params, "xs": XS, "dh": DH, "w": ONE["w"], **STATE._asdict()}
    before = snapshot(held)
    with pytest.raises((ValueError, TypeError, FileNotFoundError)) as caught:
        call()
    assert message in str(caught.value)
    assert same(held, before)
