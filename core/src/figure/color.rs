//! Colours: the themes, the runs' palette, and the sequential ramp.

use serde::{Deserialize, Serialize};

/// Red, green and blue, 0 to 255.
pub type Rgb = (u8, u8, u8);

/// On what ground a figure stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark ink on white; for print.
    #[default]
    Light,
    /// Light ink on near-black.
    Dark,
}

/// A colour with its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ink {
    pub rgb: Rgb,
    pub alpha: f64,
}

impl Ink {
    pub fn of(rgb: Rgb) -> Self {
        Self { rgb, alpha: 1.0 }
    }

    pub fn faded(self, alpha: f64) -> Self {
        Self { alpha: self.alpha * alpha, ..self }
    }
}

impl Theme {
    /// What the figure is painted on.
    pub fn background(self) -> Rgb {
        match self {
            Self::Light => (0xff, 0xff, 0xff),
            Self::Dark => (0x14, 0x16, 0x1a),
        }
    }

    /// Text, fits and whatever must be read first.
    pub(crate) fn ink(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0x1c, 0x1e, 0x22),
            Self::Dark => (0xe9, 0xea, 0xec),
        })
    }

    /// Tick labels and theory lines: 4.5 : 1 against the background at least.
    pub(crate) fn muted(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0x5a, 0x60, 0x6b),
            Self::Dark => (0xa3, 0xa9, 0xb4),
        })
    }

    /// The axes themselves.
    pub(crate) fn axis(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0x8a, 0x90, 0x9b),
            Self::Dark => (0x6c, 0x73, 0x7f),
        })
    }

    /// The grid.
    pub(crate) fn grid(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0xec, 0xed, 0xf0),
            Self::Dark => (0x26, 0x29, 0x30),
        })
    }

    /// Closed forms beside fits: a colour that no run has.
    pub(crate) fn closed_form(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0x7b, 0x3f, 0xa0),
            Self::Dark => (0xb9, 0x8c, 0xe0),
        })
    }

    /// The followed subtask and the crosshair.
    pub(crate) fn accent(self) -> Ink {
        Ink::of(match self {
            Self::Light => (0xd5, 0x5e, 0x00),
            Self::Dark => (0xff, 0x8c, 0x3a),
        })
    }

    /// The colour of the `index`-th run: Okabe and Ito's palette (2008), which stays apart under
    /// every common colour blindness, in an order that begins with its darkest; on a dark ground
    /// lightened. Beyond seven it begins again.
    pub fn series(self, index: usize) -> Rgb {
        const LIGHT: [Rgb; 7] = [
            (0x00, 0x72, 0xb2),
            (0xd5, 0x5e, 0x00),
            (0x00, 0x9e, 0x73),
            (0xcc, 0x79, 0xa7),
            (0xe6, 0x9f, 0x00),
            (0x56, 0xb4, 0xe9),
            (0x55, 0x55, 0x55),
        ];
        const DARK: [Rgb; 7] = [
            (0x56, 0xb4, 0xe9),
            (0xf0, 0x82, 0x2e),
            (0x2f, 0xc1, 0x95),
            (0xdd, 0x93, 0xbb),
            (0xf0, 0xe4, 0x42),
            (0x3d, 0x8f, 0xd6),
            (0xb5, 0xb5, 0xb5),
        ];
        match self {
            Self::Light => LIGHT[index % LIGHT.len()],
            Self::Dark => DARK[index % DARK.len()],
        }
    }

    /// The colour of the `index`-th of many groups whose places tell them apart: twelve hues of two lightnesses,
    /// after which they begin again. Neighbours in the order are far apart in hue.
    pub(crate) fn group(self, index: usize) -> Rgb {
        let (dark, light) = if self == Self::Light { (0.50, 0.66) } else { (0.64, 0.80) };
        let lightness = if index.is_multiple_of(2) { dark } else { light };
        oklch(lightness, 0.13, (((index * 5) % 12) as f64 * 30.0 + 20.0).to_radians())
    }

    /// A subtask's line: dark to light from the most to the least used, without the end that
    /// would vanish in the background. `share` runs from 0 to 1.
    pub(crate) fn rank(self, share: f64) -> Ink {
        Ink::of(match self {
            Self::Light => ramp(0.04 + 0.78 * share),
            Self::Dark => ramp(0.98 - 0.70 * share),
        })
    }

    /// What is learned stands out from the ground, what is not recedes: `learned` from 0 to 1.
    pub(crate) fn heat(self, learned: f64) -> Rgb {
        match self {
            Self::Light => ramp(1.0 - learned),
            Self::Dark => ramp(learned),
        }
    }
}

/// A sequential ramp from indigo over teal to pale yellow, 0 to 1: even steps of lightness in
/// OKLCH, so that it reads the same in grey, in print and to every eye.
pub fn ramp(share: f64) -> Rgb {
    let t = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let lightness = 0.27 + 0.68 * t;
    // Fullest in the middle: the ends of sRGB hold little colour.
    let chroma = 0.105 + 0.045 * turn(std::f64::consts::PI * t).1 - 0.02 * t;
    let hue = (292.0 - 184.0 * libm::pow(t, 1.05)).to_radians();
    oklch(lightness, chroma, hue)
}

/// Cosine and sine of an angle within one turn, to 10^-5, by their series. The library's take any angle, and
/// would be a hundredth of the page.
fn turn(angle: f64) -> (f64, f64) {
    let (mut cos, mut sin, mut term) = (0.0, 0.0, 1.0);
    for power in (1..32).step_by(2) {
        cos += term;
        term *= angle / f64::from(power);
        sin += term;
        term *= -angle / f64::from(power + 1);
    }
    (cos, sin)
}

/// OKLCH to sRGB (Ottosson 2020), clipped to what the screen has.
fn oklch(lightness: f64, chroma: f64, hue: f64) -> Rgb {
    let (cos, sin) = turn(hue);
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let to_byte = |linear: f64| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * libm::pow(linear, 1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    };
    (
        to_byte(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        to_byte(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        to_byte(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance((r, g, b): Rgb) -> f64 {
        let linear = |byte: u8| {
            let x = f64::from(byte) / 255.0;
            if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn cosine_and_sine_are_the_librarys() {
        for angle in (0..=360).map(|degrees| f64::from(degrees).to_radians()) {
            let (cos, sin) = turn(angle);
            assert!((cos - angle.cos()).abs() < 1e-5 && (sin - angle.sin()).abs() < 1e-5, "{angle}: {cos}, {sin}");
        }
    }

    #[test]
    fn the_ramp_grows_lighter_all_the_way() {
        let lights: Vec<f64> = (0..=50).map(|i| luminance(ramp(f64::from(i) / 50.0))).collect();
        assert!(lights.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_must_be_read_stands_out() {
        for theme in [Theme::Light, Theme::Dark] {
            let ground = theme.background();
            assert!(contrast(theme.ink().rgb, ground) > 12.0);
            assert!(contrast(theme.muted().rgb, ground) > 4.5);
            for index in 0..7 {
                assert!(contrast(theme.series(index), ground) > 2.0, "{theme:?} {index}");
            }
            let groups: std::collections::BTreeSet<Rgb> = (0..24).map(|index| theme.group(index)).collect();
            assert!(groups.len() == 12 && groups.iter().all(|group| contrast(*group, ground) > 2.0), "{groups:?}");
            for share in [0.0, 0.5, 1.0] {
                assert!(contrast(theme.rank(share).rgb, ground) > 1.5, "{theme:?} {share}");
            }
        }
    }
}
