"""Times PyTorch, by transformers, on what `quanta tokens MODEL.gguf --text FILE` does: the loss of every token.

    pip install torch transformers gguf accelerate
    python torch_tokens.py MODEL.gguf FILE

Prints the tokens a second of five readings in single precision, in windows of 512, and the peak memory.
"""
import resource, sys, time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

CONTEXT = 512

path, text = Path(sys.argv[1]), Path(sys.argv[2]).read_text()
begun = time.perf_counter()
tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
print(f"opened in {time.perf_counter() - begun:.1f} s")
ids = tokenizer.encode(text, add_special_tokens=False)
windows = [torch.tensor(ids[at:at + CONTEXT + 1]) for at in range(0, len(ids) - 1, CONTEXT)]
with torch.inference_mode():
    for _ in range(5):
        begun, loss = time.perf_counter(), 0.0
        for window in windows:
            logits = model(window[None, :-1], use_cache=False).logits[0]
            loss += torch.nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
        print(f"{len(ids)} tokens, mean loss {loss / (len(ids) - 1):.4f} nats, {len(ids) / (time.perf_counter() - begun):.0f} tokens a second")
print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
