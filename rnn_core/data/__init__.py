"""Real data from libraries that are already installed, and from the standard library.

Nothing here opens a connection: the text is Python's own, the series and the speech come in the
files that statsmodels and aeon bring with them (`pip install 'rnn-core[data]'`), and one series is
made by a formula. Each function names its source, its licence, its shape and its units.
"""

from .series import co2 as co2
from .series import mackey_glass as mackey_glass
from .series import sunspots as sunspots
from .source import PYTHON_ALPHABET as PYTHON_ALPHABET
from .source import SPLITS as SPLITS
from .source import Source as Source
from .source import encode as encode
from .source import one_hot as one_hot
from .source import python_source as python_source
from .speech import japanese_vowels as japanese_vowels
from .tokens import TOKEN_CLASSES as TOKEN_CLASSES
from .tokens import inside_string as inside_string
from .tokens import token_labels as token_labels
