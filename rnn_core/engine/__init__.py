"""The cells over a whole sequence: forward, and backpropagation through time.

The same mathematics as one `step` of a cell, arranged for speed. The time loop holds nothing but
the recurrence; whatever can be done for many steps at once is done before or after it.

- Arrays inside are features first, (T, H, B), with the gates of a step under each other in one
  block: all gates are then one product W [x_t, 1, h_{t−1}], and each gate is contiguous. What is
  returned has the axes (T, B, H): views of the blocks. The RNN has one gate and needs no blocks.
- σ(v) = ½ + ½ tanh(v/2). The ½ inside is folded into the weights, so that one tanh serves all
  gates.
- Backward, the slopes of every gate are computed for many steps at once, as many as stay in the
  cache. The loop then multiplies them by ∂L/∂h_t, in place, and takes one product with Uᵀ.
- The gradients of the weights and of x are one product each over a block of steps, long enough
  for the product to be efficient and short enough to take little memory.
- Arrays are iterated over with `zip`, not indexed: an index costs as much as a small product.

Each backward function reads as the forward one above it upside down. Inputs are checked by the
cell; nothing here looks at shapes, writes to an array it was given, or remembers a call.
"""

from .common import ACTIVATIONS as ACTIVATIONS
from .common import Activation as Activation
from .common import Params as Params
from .common import sigmoid as sigmoid
from .gru import gru_backward as gru_backward
from .gru import gru_forward as gru_forward
from .lstm import lstm_backward as lstm_backward
from .lstm import lstm_forward as lstm_forward
from .rnn import rnn_backward as rnn_backward
from .rnn import rnn_forward as rnn_forward
