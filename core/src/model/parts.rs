//! What models are put together from.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Tensor, activation};

/// x·Φ(x), of the error function. On a GPU Burn's own GELU has the slope of an approximation, which is
/// off by some 1e-4; on the CPU it is exact and takes one pass.
pub fn gelu(x: Tensor<2>) -> Tensor<2> {
    if x.device().inner() == Device::flex() {
        return activation::gelu(x);
    }
    let cdf = x.clone().mul_scalar(std::f32::consts::FRAC_1_SQRT_2).erf().add_scalar(1.0).mul_scalar(0.5);
    x * cdf
}

/// A parameter that gradients are taken for.
pub fn parameter<const D: usize>(id: ParamId, value: Tensor<D>) -> Param<Tensor<D>> {
    Param::initialized(id, value.autodiff().require_grad())
}

/// All parameters of a module in one row, in the order of a walk over it, ready to be differentiated.
pub fn row<M: Module>(module: &M) -> Tensor<1> {
    let mut rows = Rows(Vec::new());
    module.visit(&mut rows);
    Tensor::cat(rows.0, 0)
}

struct Rows(Vec<Tensor<1>>);

impl ModuleVisitor for Rows {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let count = tensor.shape().num_elements();
        self.0.push(tensor.reshape([count]));
    }
}
