//! The devices that a user can choose.

use serde::{Deserialize, Serialize};

/// The device that a user asks for. Whether it exists is known only when the run starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A hardware GPU if there is one, else the CPU; never a software adapter.
    #[default]
    Auto,
    /// WebGPU in a browser; Vulkan, Metal or DX12 natively. Accepts a software adapter.
    Gpu,
    /// CUDA, natively, if the program was built with it.
    Cuda,
    /// The CPU, with SIMD.
    Cpu,
}

impl DeviceChoice {
    /// Every choice with its name in flags and links.
    pub const WORDS: [(&'static str, DeviceChoice); 4] =
        [("auto", Self::Auto), ("gpu", Self::Gpu), ("cuda", Self::Cuda), ("cpu", Self::Cpu)];

    /// Returns its name in flags and links.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("auto", |(word, _)| word)
    }

    /// Returns the choice of that name; `webgpu`, `wgpu` and `vulkan` are aliases of `gpu`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "webgpu" | "wgpu" | "vulkan" => Some(Self::Gpu),
            _ => Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice),
        }
    }
}
