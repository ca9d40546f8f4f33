"""Makes small random language models, with the logits they should give.

    pip install torch transformers gguf
    python make.py FOLDER

Every folder made under FOLDER but `gguf` is a Hugging Face model folder: gpt2, neox,
neox-sequential, llama and llama-sharded. `gguf` holds one small Llama in five number
formats, laid out as llama.cpp's converter lays them out. Beside each model is a file
(expected.json, or NAME.expected.json) with a text, its token ids, the loss in nats of every
token but the first, and, to keep it small, the logits at every eighth place only: row i of
`logits` was computed at the token ids[places[i]]. All have 6 significant digits.

The weights are random but fixed by seeds. The expected numbers come from the files as
written: they are read back and run in float64. (transformers still takes softmax, RMS
norms and rotary angles in float32, so the logits are good to about 1e-6.)
"""

# Written with Python 3.11, torch 2.15.0, transformers 5.24.0, tokenizers 0.23.3,
# safetensors 0.8.0, gguf 0.19.0, numpy 2.4.6.

import json
import sys
import zlib
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    logging,
)

VOCAB = 320
WIDTH = 32
HEADS = 4
LAYERS = 2
PLACES = 64
END = 0  # the id of <|endoftext|>

TEXT = "On 3 May 1897, the café sold 240 cups;\nwe can't say why. \U0001f642"

TRAINING_TEXT = """\
The river runs down from the hills in the north and turns twice before it comes to the
town. There was a mill on the first bend, and the people who lived near it would walk to
the market on the other side with their bread and their cheese. It was not a large town.
In 1850 there were 412 houses; by 1900 there were 1,237, and the railway had come.

"I don't know what you mean," said the miller, "but if you would like to see the wheel,
you can come with me." They went down the stairs and into the dark room where the water
was. The wheel was turning, slowly at first and then faster, and the noise of the water
was so great that they could not hear each other speak.

How many stones are there in the wall? We counted them: 10, 20, 30, 40, 50, and then some
more. Each stone is about 25 cm high and 60 cm wide, so that 100 of them make a wall of
15 square metres. The price in 1912 was 3.50 for ten stones; in 1920 it was 7.25.

When the sun came up the next morning, the two of them were still talking about the house
that had been there before. Nobody had lived in it for thirty years. The windows had been
taken out, the doors were gone, and the garden was full of long grass and small trees. It
is hard to say who was the last to leave. Some say it was the old doctor; others think it
was his sister, who had kept the books and the letters.

A list of things to take on the walk: a map, a knife, two apples, some bread, a coat in
case of rain, and a good book for the evening. You will not need more than that. Start at
8 in the morning and you will be at the top of the hill by 11, or by 12 if you stop often.
From the top you can see the sea, the islands, and on a clear day the mountains that are
200 miles away.

There is one thing that I would like to ask you. What is the number that comes after 999?
It's 1000, of course; and after 1999 comes 2000. We're used to that, and yet it was not
always so: for hundreds of years they wrote numbers with letters, and they've left them on
clocks, on old walls and in the first pages of books.
"""


def make_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines(keepends=True), trainer)
    assert tokenizer.get_vocab_size() == VOCAB
    assert tokenizer.token_to_id("<|endoftext|>") == END
    return tokenizer


def draw(model, seed):
    """Fills a model with random weights, large enough that every part of it matters."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
            values = rng.standard_normal(tuple(weight.shape))
            if name.endswith("bias"):
                values *= 0.2
            elif weight.ndim == 1:  # the gain of a norm
                values = 1 + 0.2 * values
            elif any(part in name for part in ("wte", "wpe", "embed", "lm_head")):
                values *= 0.4
            elif "c_attn" in name or "c_proj" in name or "c_fc" in name:
                values /= weight.shape[0] ** 0.5  # GPT-2 keeps (inputs, outputs)
            else:
                values /= weight.shape[1] ** 0.5
            weight.copy_(torch.from_numpy(values))
    return model


def write_expected(path, model, tokenizer):
    ids = tokenizer.encode(TEXT).ids
    assert tokenizer.decode(ids) == TEXT
    model.eval().double()
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    losses = torch.nn.functional.cross_entropy(
        logits[:-1], torch.tensor(ids[1:]), reduction="none"
    )
    places = list(range(0, len(ids), 8))
    expected = {
        "text": TEXT,
        "ids": ids,
        "places": places,
        "logits": [[digits(x) for x in row] for row in logits[places].tolist()],
        "losses": [digits(x) for x in losses.tolist()],
    }
    path.write_text(json.dumps(expected, separators=(",", ":")) + "\n")


def digits(x):
    return float(f"{x:.6g}")


def write_model(folder, model, tokenizer, dtype=torch.float32, **options):
    model.to(dtype).save_pretrained(folder, **options)
    (folder / "generation_config.json").unlink()
    tokenizer.save(str(folder / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    write_expected(folder / "expected.json", model, tokenizer)


def llama_config(**settings):
    return LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=PLACES,
        rope_parameters={"rope_type": "default", "rope_theta": 50000.0},
        bos_token_id=END,
        eos_token_id=END,
        attn_implementation="eager",
        **settings,
    )


def neox_config(**settings):
    return GPTNeoXConfig(
        vocab_size=VOCAB,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=128,
        hidden_act="gelu",
        max_position_embeddings=PLACES,
        bos_token_id=END,
        eos_token_id=END,
        **settings,
    )


GGUF_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_tensors(config):
    """The tensors of a tied Llama: (name in transformers, name in GGUF, heads). `heads` is
    the number of heads whose rows llama.cpp reorders, or None where it reorders none."""
    yield "model.embed_tokens.weight", "token_embd.weight", None
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    for layer in range(config.num_hidden_layers):
        for name, short in GGUF_NAMES.items():
            yield (
                f"model.layers.{layer}.{name}.weight",
                f"blk.{layer}.{short}.weight",
                heads.get(short),
            )
    yield "model.norm.weight", "output_norm.weight", None


def interleave(rows, heads):
    """Puts the two halves of every head's rows in turn: 0 4 1 5 2 6 3 7 for a head of 8."""
    return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def separate(rows, heads):
    """Undoes `interleave`."""
    return rows.reshape(heads, -1, 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def write_gguf(path, model, tokenizer, kind):
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("fixture")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    files = gguf.LlamaFileType
    writer.add_file_type(files.ALL_F32 if kind == "F32" else files[f"MOSTLY_{kind}"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)

    types = [gguf.TokenType.NORMAL] * VOCAB
    types[END] = gguf.TokenType.CONTROL
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([tokenizer.id_to_token(i) for i in range(VOCAB)])
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(END)
    writer.add_eos_token_id(END)

    weights = model.state_dict()
    for name, short, heads in gguf_tensors(config):
        values = weights[name].numpy()
        if heads:
            values = interleave(values, heads)
        form = gguf.GGMLQuantizationType[kind if values.ndim == 2 else "F32"]
        writer.add_tensor(short, gguf.quants.quantize(values, form), raw_dtype=form)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(path, config):
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    weights = {}
    for name, short, heads in gguf_tensors(config):
        tensor = tensors[short]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        weights[name] = torch.tensor(separate(values, heads) if heads else values)
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    model = LlamaForCausalLM(config)
    model.load_state_dict(weights)
    return model


def main(out):
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    tokenizer = make_tokenizer()

    config = GPT2Config(
        vocab_size=VOCAB,
        n_embd=WIDTH,
        n_layer=LAYERS,
        n_head=HEADS,
        n_positions=PLACES,
        bos_token_id=END,
        eos_token_id=END,
    )
    write_model(out / "gpt2", draw(GPT2LMHeadModel(config), 1), tokenizer)

    # A quarter of a head of 8: two numbers are turned.
    config = neox_config(use_parallel_residual=True, rotary_pct=0.25)
    write_model(out / "neox", draw(GPTNeoXForCausalLM(config), 2), tokenizer)

    config = neox_config(use_parallel_residual=False, rotary_pct=1.0)
    model = draw(GPTNeoXForCausalLM(config), 3)
    write_model(out / "neox-sequential", model, tokenizer, torch.float16)

    config = llama_config(
        intermediate_size=80,
        num_key_value_heads=2,
        rms_norm_eps=1e-6,
        tie_word_embeddings=True,
    )
    model = draw(LlamaForCausalLM(config), 4)
    write_model(out / "llama", model, tokenizer, torch.bfloat16)

    config = llama_config(
        intermediate_size=80,
        num_key_value_heads=4,
        rms_norm_eps=1e-6,
        tie_word_embeddings=False,
    )
    model = draw(LlamaForCausalLM(config), 5)
    write_model(out / "llama-sharded", model, tokenizer, max_shard_size="100KB")

    # Rows of 32 and 96 numbers are whole blocks of 32, as the quantised formats need.
    config = llama_config(
        intermediate_size=96,
        num_key_value_heads=2,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
    )
    model = draw(LlamaForCausalLM(config), 6)
    (out / "gguf").mkdir(exist_ok=True)
    for kind in ("F32", "F16", "Q8_0", "Q4_0", "Q4_1"):
        path = out / "gguf" / f"llama-{kind.lower()}.gguf"
        write_gguf(path, model, tokenizer, kind)
        write_expected(path.with_suffix(".expected.json"), read_gguf(path, config), tokenizer)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    main(out)
