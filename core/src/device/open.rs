//! Opening a device.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::Device;

use super::DeviceChoice;
use crate::kernel::Isa;

/// The kind of an open device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The CPU.
    Cpu,
    /// A GPU through wgpu: WebGPU, Vulkan, Metal or DX12.
    Gpu,
    /// A GPU through CUDA.
    Cuda,
}

/// An open device.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    device: Device,
    kind: Kind,
    description: String,
    notes: Vec<String>,
}

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// There is no GPU adapter, or it does not work; with the reason.
    #[error("no GPU could be started ({0}); choose the CPU instead")]
    NoGpu(String),
    /// The program was built without CUDA.
    #[error("this program was built without CUDA; choose gpu or cpu, or build it with the feature cuda")]
    NoCuda,
    /// The device's results differ from the CPU's.
    #[error("{device} failed its self-test: {difference}; choose the CPU instead")]
    Disagrees {
        /// The device's description.
        device: String,
        /// What differs, and by how much.
        difference: String,
    },
}

/// A GPU adapter, as far as it identifies itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name and its interface.
    pub name: String,
    /// Whether it runs in software on the processor, where it is slower than the CPU device.
    pub software: bool,
}

impl OpenDevice {
    /// Returns a description for people, with the adapter's name.
    pub fn describe(&self) -> &str {
        &self.description
    }

    /// Returns notes for the user, such as why `auto` did not take a GPU.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns Burn's device, without autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Opens the CPU, which cannot fail.
    pub(crate) fn cpu() -> Self {
        let isa = Isa::best().name();
        #[cfg(not(target_family = "wasm"))]
        let description = match rayon::current_num_threads() {
            1 => format!("CPU ({isa}, 1 thread)"),
            threads => format!("CPU ({isa}, {threads} threads)"),
        };
        #[cfg(target_family = "wasm")]
        let description = format!("CPU ({isa})");
        Self { device: Device::flex(), kind: Kind::Cpu, description, notes: Vec::new() }
    }
}

/// Opens the chosen device. `auto` takes a hardware GPU if there is one and else the CPU; only `gpu`
/// accepts a software adapter.
///
/// # Errors
/// [`DeviceError::NoGpu`] or [`DeviceError::NoCuda`] if the chosen device is missing; never for
/// `auto` and `cpu`.
pub async fn open(choice: DeviceChoice) -> Result<OpenDevice, DeviceError> {
    match choice {
        DeviceChoice::Cpu => Ok(OpenDevice::cpu()),
        DeviceChoice::Gpu => gpu().await.map(|(device, _)| device),
        DeviceChoice::Cuda => cuda(),
        DeviceChoice::Auto => {
            let mut cpu = OpenDevice::cpu();
            match gpu().await {
                Ok((device, adapter)) if !adapter.software => return Ok(device),
                Ok((_, adapter)) => cpu.notes.push(format!("{} is a software adapter: the CPU is faster", adapter.name)),
                Err(DeviceError::NoGpu(reason)) => cpu.notes.push(format!("no GPU: {reason}")),
                Err(error) => cpu.notes.push(error.to_string()),
            }
            Ok(cpu)
        }
    }
}

/// Returns the GPU adapter that [`open`] would use, if there is one.
pub async fn adapter() -> Option<Adapter> {
    gpu().await.ok().map(|(_, adapter)| adapter)
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<OpenDevice, DeviceError> {
    let device = Device::cuda(0);
    Ok(OpenDevice { device, kind: Kind::Cuda, description: "GPU through CUDA".into(), notes: Vec::new() })
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<OpenDevice, DeviceError> {
    Err(DeviceError::NoCuda)
}

/// The GPU and its adapter, or why there is none.
type Gpu = Result<(OpenDevice, Adapter), DeviceError>;

/// The GPU, opened once: Burn refuses to set the same adapter up twice, from whatever thread.
static GPU: Mutex<Option<Gpu>> = Mutex::new(None);

fn known_gpu() -> MutexGuard<'static, Option<Gpu>> {
    GPU.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(target_family = "wasm"))]
#[allow(clippy::await_holding_lock, reason = "other threads are to wait, and no executor runs two of these on one thread")]
async fn gpu() -> Gpu {
    let mut known = known_gpu();
    if let Some(known) = &*known {
        return known.clone();
    }
    let started = start_gpu().await;
    *known = Some(started.clone());
    started
}

#[cfg(target_family = "wasm")]
async fn gpu() -> Gpu {
    if let Some(known) = known_gpu().clone() {
        return known;
    }
    let started = start_gpu().await;
    // The page may live for days, and a GPU may come back: what failed is asked for again.
    if started.is_ok() {
        *known_gpu() = Some(started.clone());
    }
    started
}

async fn start_gpu() -> Gpu {
    if let Some(reason) = missing_webgpu() {
        return Err(DeviceError::NoGpu(reason));
    }
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|error| DeviceError::NoGpu(without_adapter(&error.to_string())))?;
    // Replaces wgpu's default handler, which panics: a run that meets a fault ends with a message.
    setup.device.on_uncaptured_error(std::sync::Arc::new(|error| super::fault::report(first_line(&error.to_string()))));
    let info = setup.adapter.get_info();
    let adapter = Adapter {
        name: describe(&info.name, &format!("{:?}", info.backend)),
        software: format!("{:?}", info.device_type) == "Cpu",
    };
    let description = if adapter.software { format!("software adapter {}", adapter.name) } else { adapter.name.clone() };
    Ok((OpenDevice { device, kind: Kind::Gpu, description, notes: Vec::new() }, adapter))
}

/// Returns the adapter's name and interface; browsers often withhold the name.
fn describe(name: &str, backend: &str) -> String {
    let interface = if backend == "BrowserWebGpu" { "WebGPU" } else { backend };
    if name.is_empty() { format!("GPU ({interface})") } else { format!("{name} ({interface})") }
}

/// Shortens the message for a missing adapter: wgpu's own lists every backend that was not tried.
fn without_adapter(error: &str) -> String {
    let interface = if cfg!(target_family = "wasm") { "WebGPU" } else { "Vulkan, Metal or DirectX 12" };
    match first_line(error) {
        line if line.starts_with("No adapter available") => format!("{interface} finds no adapter on this machine"),
        line => line,
    }
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// In a browser without WebGPU, returns a message. Without this check wgpu would panic when asked
/// for an adapter.
#[cfg(target_family = "wasm")]
fn missing_webgpu() -> Option<String> {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let gpu = js_sys::Reflect::get(&navigator, &"gpu".into()).ok();
    match gpu {
        Some(gpu) if !gpu.is_undefined() && !gpu.is_null() => None,
        _ => Some("this browser has no WebGPU".into()),
    }
}

#[cfg(not(target_family = "wasm"))]
fn missing_webgpu() -> Option<String> {
    None
}
