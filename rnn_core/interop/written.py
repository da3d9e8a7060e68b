"""One time step and the stored arrays as each convention writes them, as plain text.

The letters are those of the framework's own documentation: PyTorch's pages of torch.nn.GRU and
LSTM, ONNX's operators, and, as Keras prints no formula, the names in its cells' code, with its
kernel as W, its recurrent_kernel as U and its second bias as rb. In the text `_` starts a
subscript, `h_t−1` is the state before, a space between two quantities is a matrix product, and ⊙
multiplies unit by unit.
"""

from __future__ import annotations

from .conventions import Convention

_AT = {  # what a gate adds up from x and from h: {k} is the gate's letter
    "rnn_core": "W_{k}x x_t + W_{k}h h_t−1 + b_{k}",
    "PyTorch": "W_i{k} x_t + b_i{k} + W_h{k} h_t−1 + b_h{k}",
    "Cho et al. 2014": "W_{k} x_t + U_{k} h_t−1 + b_{k}",
    "Keras": "x_t W_{k} + h_t−1 U_{k} + b_{k}",
    "Keras after": "x_t W_{k} + b_{k} + h_t−1 U_{k} + rb_{k}",
    "ONNX": "X_t W_{k}ᵀ + H_t−1 R_{k}ᵀ + Wb_{k} + Rb_{k}",
}
_NEW = {  # the candidate of a GRU
    "rnn_core after": "n_t = tanh(W_nx x_t + b_n + r_t ⊙ (W_nh h_t−1))",
    "rnn_core before": "n_t = tanh(W_nx x_t + b_n + W_nh (r_t ⊙ h_t−1))",
    "Cho et al. 2014 before": "h̃_t = tanh(W x_t + U (r_t ⊙ h_t−1) + b)",
    "PyTorch after": "n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_t−1 + b_hn))",
    "Keras after": "hh_t = tanh(x_t W_h + b_h + r_t ⊙ (h_t−1 U_h + rb_h))",
    "Keras before": "hh_t = tanh(x_t W_h + b_h + (r_t ⊙ h_t−1) U_h)",
    "ONNX after": "h_t = tanh(X_t W_hᵀ + r_t ⊙ (H_t−1 R_hᵀ + Rb_h) + Wb_h)",
    "ONNX before": "h_t = tanh(X_t W_hᵀ + (r_t ⊙ H_t−1) R_hᵀ + Rb_h + Wb_h)",
}
_MIXED = {  # how z mixes the new state and the old one
    "rnn_core": "h_t = (1 − z_t) ⊙ h_t−1 + z_t ⊙ n_t",
    "Cho et al. 2014": "h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ h̃_t",
    "PyTorch": "h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_t−1",
    "Keras": "h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ hh_t",
    "ONNX": "H_t = (1 − z_t) ⊙ h_t + z_t ⊙ H_t−1",
}
_LSTM = {  # the lines of an LSTM; ~k is what the gate k adds up
    "rnn_core": "i_t=σ(~i) f_t=σ(~f) g_t=tanh(~g) o_t=σ(~o)",
    "PyTorch": "i_t=σ(~i) f_t=σ(~f) g_t=tanh(~g) o_t=σ(~o)",
    "Keras": "i_t=σ(~i) f_t=σ(~f)",
    "ONNX": "i_t=σ(~i) f_t=σ(~f) c_t=tanh(~c)",
}
_CELL = ("c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t", "h_t = o_t ⊙ tanh(c_t)")
_ENDS = {
    "rnn_core": _CELL,
    "PyTorch": _CELL,
    "Keras": ("c_t = f_t ⊙ c_t−1 + i_t ⊙ tanh(~c)", "o_t = σ(~o)", "h_t = o_t ⊙ tanh(c_t)"),
    "ONNX": ("C_t = f_t ⊙ C_t−1 + i_t ⊙ c_t", "o_t = σ(~o)", "H_t = o_t ⊙ tanh(C_t)"),
}
_OUTLINE = (_CELL[0], "o_t = σ(W_oc c_t + b_o)", _CELL[1])
_RNN = {"rnn_core": "h_t = tanh(~h)", "PyTorch": "h_t = tanh(W_ih x_t + b_ih + W_hh h_t−1 + b_hh)"}
_RNN |= {"Keras": "h_t = tanh(x_t W + h_t−1 U + b)", "ONNX": "H_t = tanh(~i)"}
_STORED = {  # the names of the arrays for x, for h and of the biases
    "PyTorch": ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0 bias_hh_l0"),
    "Keras": ("kernel", "recurrent_kernel", "bias"),
    "ONNX": ("W", "R", "B"),
}


def equations(row: Convention) -> tuple[str, ...]:
    """Return one time step of a cell in the letters of a convention, a line for each equation.

    Parameters
    ----------
    row : Convention
        One of `CONVENTIONS`.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from rnn_core.interop import convention
    >>> equations(convention("PyTorch", "GRU"))[-1]
    'h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_t−1'
    >>> equations(convention("rnn_core", "GRU"))[-1]
    'h_t = (1 − z_t) ⊙ h_t−1 + z_t ⊙ n_t'
    """
    name = row.framework
    if row.cell == "RNN":
        lines = [_RNN[name]]
    elif row.cell == "GRU":
        gates = [k for k in row.own_letters.split() if k in "rz"]
        lines = [*(f"{k}_t = σ(~{k})" for k in gates), _NEW[f"{name} {row.reset}"], _MIXED[name]]
    else:
        gates = [line.replace("=", " = ") for line in _LSTM[name].split()]
        outline = row.option == "OutlineLSTM"
        lines = [*gates[:-1], *_OUTLINE] if outline else [*gates, *_ENDS[name]]
    sums = _AT.get(f"{name} {row.reset}", _AT[name])
    for k in {line[line.index("~") + 1] for line in lines if "~" in line}:
        lines = [line.replace(f"~{k}", sums.format(k=k)) for line in lines]
    return tuple(lines)


def stored_arrays(row: Convention) -> tuple[tuple[str, str], ...]:
    """Return the names and the shape of the arrays that a convention stores.

    Parameters
    ----------
    row : Convention
        One of `CONVENTIONS`.

    Returns
    -------
    tuple of (names, shape)
        Arrays of one shape share an entry, their names apart by spaces. The shape is text in D,
        H and numbers.

    Examples
    --------
    >>> from rnn_core.interop import convention
    >>> for names, shape in stored_arrays(convention("PyTorch", "GRU")):
    ...     print(names, shape)
    weight_ih_l0 (3·H, D)
    weight_hh_l0 (3·H, H)
    bias_ih_l0 bias_hh_l0 (3·H,)
    """
    gates = row.gates
    if row.framework == "rnn_core":
        plain = gates.replace("o", "") if row.option == "OutlineLSTM" else gates
        more = " W_oc" if row.option == "OutlineLSTM" else ""
        names = (" ".join(f"W_{k}x" for k in plain), " ".join(f"W_{k}h" for k in plain) + more)
        names += (" ".join(f"b_{k}" for k in gates),)
        return tuple(zip(names, ("(H, D)", "(H, H)", "(H,)"), strict=True))
    if row.framework == "Cho et al. 2014":
        names = ("W_r W_z W", "U_r U_z U", "b_r b_z b")
        return tuple(zip(names, ("(H, D)", "(H, H)", "(H,)"), strict=True))
    shapes = (row.weights_x, row.weights_h, row.bias.removeprefix("two of "))
    own = str(len(gates)) + "·" if len(gates) > 1 else ""
    spelled = (shape.replace("G·", own) for shape in shapes)
    return tuple(zip(_STORED[row.framework], spelled, strict=True))
