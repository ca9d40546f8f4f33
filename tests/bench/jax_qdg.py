"""Clusters samples of a run by its gradients in JAX and scikit-learn, as the paper does, and times it.

The gradient of each sample's loss by the blocks' matrices over all places, by vmap of grad; cosines of all pairs;
1 - arccos / pi; scikit-learn's spectral clustering of that, 30 starts of k-means. Arguments: RUN CLUSTERS k, where
RUN is a run of language-copy with its weights and CLUSTERS a file of quanta qdg, whose samples are taken. Prints one
JSON object.
"""
import json, resource, struct, sys, time
import jax, jax.numpy as jnp, numpy as np
from sklearn.cluster import SpectralClustering
from sklearn.metrics import adjusted_rand_score
from jax_language import token_losses

BATCH = 50


def arrays(path):
    """The arrays of a safetensors file, by name, and its metadata."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    types = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64, "F16": np.float16, "U8": np.uint8}

    def array(entry):
        begin, end = entry["data_offsets"]
        return np.frombuffer(data[8 + length + begin : 8 + length + end], types[entry["dtype"]]).reshape(entry["shape"])

    return {name: array(entry) for name, entry in header.items()}, metadata


def parameters(run):
    found, metadata = arrays(run)
    get = lambda name: jnp.array(found["checkpoint/" + name], jnp.float32)
    norm = lambda name: {"gain": get(name + ".gain"), "bias": get(name + ".bias")}
    config = json.loads(metadata["config"])

    def block(at):
        of = f"blocks.{at}."
        return {"attention_norm": norm(of + "attention_norm"), "feed_norm": norm(of + "feed_norm"),
                "attention": {name: get(f"{of}attention.{name}.weight") for name in ("query", "key", "value", "output")},
                "up": get(of + "feed.up.weight"), "up_bias": get(of + "feed.up.bias"),
                "down": get(of + "feed.down.weight"), "down_bias": get(of + "feed.down.bias")}

    return {"embedding": get("embedding"), "positions": get("positions"), "norm": norm("norm"), "logits": get("logits.weight"),
            "blocks": [block(at) for at in range(config["depth"])]}, config["heads"]


def main():
    (weights, heads), (found, _), k = parameters(sys.argv[1]), arrays(sys.argv[2]), int(sys.argv[3])
    sample = lambda name: next(found[key] for key in found if key.startswith("artifact") and key.endswith("/" + name))
    tokens, place = sample("tokens").astype(np.int32), sample("place").astype(np.int32)
    begun = time.perf_counter()
    is_matrix = lambda block: {"attention": block["attention"], "up": block["up"], "down": block["down"]}

    def loss(matrices, document, place):
        blocks = [{**block, **own} for block, own in zip(weights["blocks"], matrices)]
        return token_losses({**weights, "blocks": blocks}, document[None], heads)[0, place]

    matrices = [is_matrix(block) for block in weights["blocks"]]
    of_batch = jax.jit(jax.vmap(jax.value_and_grad(loss), (None, 0, 0)))
    rows, losses = [], []
    for at in range(0, len(tokens), BATCH):
        value, gradient = of_batch(matrices, tokens[at : at + BATCH], place[at : at + BATCH])
        row = np.concatenate([np.asarray(leaf).reshape(len(value), -1) for leaf in jax.tree.leaves(gradient)], 1)
        norms = np.linalg.norm(row, axis=1, keepdims=True)
        rows.append(row / np.maximum(norms, 1e-30))
        losses.append(np.asarray(value))
    gradients, rows = np.concatenate(rows), None
    after_gradients = time.perf_counter()
    cosines = gradients @ gradients.T
    gradients = None
    affinities = 1 - np.arccos(np.clip(cosines, -1, 1)) / np.pi
    after_cosines = time.perf_counter()
    labels = SpectralClustering(k, affinity="precomputed", n_init=30, random_state=0).fit_predict(affinities)
    end = time.perf_counter()
    far = np.abs(np.concatenate(losses) - sample("loss_nats")).max()
    print(json.dumps({"seconds": end - begun, "gradients_s": after_gradients - begun, "cosines_s": after_cosines - after_gradients,
                      "clusters_s": end - after_cosines, "samples": len(tokens), "k": k,
                      "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "ari": adjusted_rand_score(sample("quantum"), labels), "loss_apart": float(far)}))


main()
