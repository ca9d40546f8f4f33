"""Times a training step in PyTorch on the CPU, in the formulation of the paper's code: dense one-hot input, with
batches assembled subtask by subtask. Arguments: n_tasks n_bits k width batch steps. Prints one JSON object."""
import json
import torch, time, numpy as np, random, sys
torch.set_num_threads(2)
n_tasks,n,k,w,B=[int(x) for x in sys.argv[1:6]]; steps=int(sys.argv[6])
Ss=[random.sample(range(n),k) for _ in range(n_tasks)]
def get_batch(codes,sizes):
    bx=torch.zeros((sum(sizes),n_tasks+n)); by=torch.zeros((sum(sizes),),dtype=torch.int64); s=0
    for c,z in zip(codes,sizes):
        if z>0:
            x=torch.randint(0,2,(z,n),dtype=torch.float32); y=torch.sum(x[:,Ss[c]],dim=1)%2
            tc=torch.zeros((z,n_tasks)); tc[:,c]=1
            bx[s:s+z]=torch.cat([tc,x],dim=1); by[s:s+z]=y; s+=z
    return bx,by
m=torch.nn.Sequential(torch.nn.Linear(n_tasks+n,w),torch.nn.ReLU(),torch.nn.Linear(w,2))
opt=torch.optim.AdamW(m.parameters(),lr=1e-3,weight_decay=0.0); lf=torch.nn.CrossEntropyLoss()
p=np.array([i**-1.4 for i in range(1,n_tasks+1)]); p/=p.sum(); cdf=np.cumsum(p)
t_start=time.time(); first=None
for s in range(steps+2):
    if s==2: t0=time.time()
    codes=np.searchsorted(cdf,np.random.rand(B)); h=np.bincount(codes,minlength=n_tasks)
    x,y=get_batch(range(n_tasks),[int(v) for v in h])
    opt.zero_grad(); l=lf(m(x),y); l.backward(); opt.step()
    if s==0: first=time.time()-t_start
print(json.dumps({"ms_per_step":(time.time()-t0)/steps*1e3,"first_step_ms":first*1e3,"version":torch.__version__}))
