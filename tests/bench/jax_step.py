"""Times a training step in JAX on the CPU, in JAX's fastest formulation: it gathers the subtask's row and jits the
whole step. Arguments: n_tasks n_bits k width batch steps. Prints one JSON object."""
import json
import jax, jax.numpy as jnp, time, sys, numpy as np
n_tasks,n,k,w,B=[int(x) for x in sys.argv[1:6]]; steps=int(sys.argv[6])
rng=np.random.default_rng(0)
subs=jnp.array([rng.choice(n,k,replace=False) for _ in range(n_tasks)])
p=np.array([i**-1.4 for i in range(1,n_tasks+1)]); p/=p.sum(); cdf=jnp.array(np.cumsum(p))
P=dict(Wb=jnp.array(rng.uniform(-.04,.04,(n,w)),jnp.float32),Wt=jnp.array(rng.uniform(-.04,.04,(n_tasks,w)),jnp.float32),b1=jnp.zeros(w),W2=jnp.array(rng.uniform(-.04,.04,(w,2)),jnp.float32),b2=jnp.zeros(2))
def loss(P,X,c,y):
    h=jax.nn.relu(X@P['Wb']+P['Wt'][c]+P['b1']); lg=h@P['W2']+P['b2']; return -jnp.mean(jax.nn.log_softmax(lg)[jnp.arange(B),y])
@jax.jit
def step(P,M,V,t,key):
    k1,k2=jax.random.split(key); c=jnp.sort(jnp.searchsorted(cdf,jax.random.uniform(k1,(B,)))); X=jax.random.bernoulli(k2,.5,(B,n)).astype(jnp.float32)
    y=(jnp.take_along_axis(X,subs[c],1).sum(1)%2).astype(jnp.int32)
    l,g=jax.value_and_grad(loss)(P,X,c,y)
    M=jax.tree.map(lambda m,g:.9*m+.1*g,M,g); V=jax.tree.map(lambda v,g:.999*v+.001*g*g,V,g)
    P=jax.tree.map(lambda p,m,v:p-1e-3*(m/(1-.9**t))/(jnp.sqrt(v/(1-.999**t))+1e-8),P,M,V); return P,M,V,l
M=jax.tree.map(jnp.zeros_like,P);V=jax.tree.map(jnp.zeros_like,P); key=jax.random.key(0)
t_start=time.time(); first=None
for s in range(steps+2):
    if s==2: l.block_until_ready(); t0=time.time()
    key,kk=jax.random.split(key); P,M,V,l=step(P,M,V,s+1.0,kk)
    if s==0: l.block_until_ready(); first=time.time()-t_start
l.block_until_ready()
print(json.dumps({"ms_per_step":(time.time()-t0)/steps*1e3,"first_step_ms":first*1e3,"version":jax.__version__}))
