//! What a person may ask for.

use serde::{Deserialize, Serialize};

/// A device as asked for; which ones there are is known only where the run starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A real GPU where there is one, else the CPU; never a software adapter.
    #[default]
    Auto,
    /// WebGPU in a browser; Vulkan, Metal or DX12 natively. A software adapter counts.
    Gpu,
    /// NVIDIA's own runtime, natively, where the program was built with it.
    Cuda,
    /// The processor, with SIMD.
    Cpu,
}

impl DeviceChoice {
    /// Every choice with the word for it.
    pub const WORDS: [(&'static str, DeviceChoice); 4] =
        [("auto", Self::Auto), ("gpu", Self::Gpu), ("cuda", Self::Cuda), ("cpu", Self::Cpu)];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("auto", |(word, _)| word)
    }

    /// The choice of that word; `webgpu`, `wgpu` and `vulkan` are also heard as `gpu`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "webgpu" | "wgpu" | "vulkan" => Some(Self::Gpu),
            _ => Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice),
        }
    }
}
