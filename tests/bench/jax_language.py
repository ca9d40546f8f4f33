"""The network of the preset language-copy in JAX, and the time of its training step on the CPU, jitted whole.

A decoder with learned positions, layer norms before attention and before two layers with GELU, and vectors of its
own for the tokens that it predicts; AdamW. Documents are random tokens: the step's time does not depend on what they
say. Arguments: tokens context heads depth width batch steps. Prints one JSON object.
"""
import json, sys, time
import jax, jax.numpy as jnp, numpy as np

EPSILON = 1e-5


def initial(tokens, context, depth, width, rng):
    """Random parameters, by the names of a run's checkpoint."""
    def normal(*shape):
        return jnp.array(rng.normal(0, shape[0] ** -0.5 if len(shape) > 1 else 0, shape), jnp.float32)

    def norm():
        return {"gain": jnp.ones(width), "bias": jnp.zeros(width)}

    def block():
        matrix = {name: normal(width, width) for name in ("query", "key", "value", "output")}
        return {"attention_norm": norm(), "attention": matrix, "feed_norm": norm(),
                "up": normal(width, 4 * width), "up_bias": jnp.zeros(4 * width), "down": normal(4 * width, width), "down_bias": jnp.zeros(width)}

    return {"embedding": normal(tokens, width), "positions": normal(context, width), "norm": norm(), "logits": normal(width, tokens),
            "blocks": [block() for _ in range(depth)]}


def normalised(x, norm):
    x = x - x.mean(-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + EPSILON) * norm["gain"] + norm["bias"]


def token_losses(parameters, documents, heads):
    """Cross-entropy in nats of every token but the first, [documents, places]."""
    read, predicted = documents[:, :-1], documents[:, 1:]
    count, places = read.shape
    x = parameters["embedding"][read] + parameters["positions"][:places]
    earlier = jnp.arange(places)[:, None] >= jnp.arange(places)
    for block in parameters["blocks"]:
        y = normalised(x, block["attention_norm"])
        query, key, value = (jnp.reshape(y @ block["attention"][name], (count, places, heads, -1)) for name in ("query", "key", "value"))
        scores = jnp.einsum("ntha,nsha->nhts", query, key) / query.shape[-1] ** 0.5
        shares = jax.nn.softmax(jnp.where(earlier, scores, -jnp.inf))
        x = x + jnp.einsum("nhts,nsha->ntha", shares, value).reshape(x.shape) @ block["attention"]["output"]
        hidden = jax.nn.gelu(normalised(x, block["feed_norm"]) @ block["up"] + block["up_bias"], approximate=False)
        x = x + hidden @ block["down"] + block["down_bias"]
    logs = jax.nn.log_softmax(normalised(x, parameters["norm"]) @ parameters["logits"])
    return -jnp.take_along_axis(logs, predicted[..., None], -1)[..., 0]


def main():
    tokens, context, heads, depth, width, batch, steps = map(int, sys.argv[1:])
    rng = np.random.default_rng(0)
    parameters = initial(tokens, context, depth, width, rng)
    mean = mean_square = jax.tree.map(jnp.zeros_like, parameters)

    @jax.jit
    def step(parameters, mean, mean_square, number, documents):
        loss, gradient = jax.value_and_grad(lambda now: token_losses(now, documents, heads).mean())(parameters)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        mean_square = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, mean_square, gradient)
        rate = 3e-3 * jnp.minimum(1, number / 50)

        def update(p, m, v):
            return p - rate * (m / (1 - 0.9**number) / (jnp.sqrt(v / (1 - 0.99**number)) + 1e-8) + 0.01 * p)

        return jax.tree.map(update, parameters, mean, mean_square), mean, mean_square, loss

    begun, first = time.perf_counter(), None
    for number in range(1, steps + 4):
        documents = rng.integers(0, tokens, (batch, context + 1), dtype=np.int32)
        parameters, mean, mean_square, loss = step(parameters, mean, mean_square, float(number), documents)
        if number == 1:
            loss.block_until_ready()
            first = time.perf_counter() - begun
        if number == 3:
            loss.block_until_ready()
            begun = time.perf_counter()
    jax.block_until_ready(parameters)
    print(json.dumps({"ms_per_step": (time.perf_counter() - begun) / steps * 1e3, "first_step_ms": first * 1e3,
                      "parameters": sum(x.size for x in jax.tree.leaves(parameters)), "version": jax.__version__}))


if __name__ == "__main__":
    main()
