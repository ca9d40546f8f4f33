//! Leaves out what a browser does not need of a wasm file: custom sections (names, producers, features,
//! relocations), and the types that nothing in it uses. The splitter gives each part the types of all, some
//! 1,200 bytes; a page loads about fifty parts.

use std::collections::BTreeSet;
use std::convert::Infallible;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CoreTypeEncoder, Module, TypeSection};
use wasmparser::{CustomSectionReader, Parser, RecGroup, TypeSectionReader};

/// The file without them. Code, data and all other numbers stay as they are.
///
/// Fails where the bytes are not a whole wasm file.
pub fn unneeded(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut used = Used::default();
    used.parse_core_module(&mut Module::new(), Parser::new(0), wasm).context("reading its types")?;
    let mut module = Module::new();
    let mut kept = Kept(used.0.into_iter().collect());
    kept.parse_core_module(&mut module, Parser::new(0), wasm).context("writing it again")?;
    Ok(module.finish())
}

/// Collects the types that are used.
#[derive(Default)]
struct Used(BTreeSet<u32>);

impl Reencode for Used {
    type Error = Infallible;

    fn type_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        self.0.insert(index);
        Ok(index)
    }

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

/// Writes these types alone, in their order.
struct Kept(Vec<u32>);

impl Reencode for Kept {
    type Error = Infallible;

    fn type_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.0.partition_point(|kept| *kept < index) as u32)
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Result<(), Error<Infallible>> {
        let mut index = 0;
        for group in section {
            let group = group?;
            let after = index + group.types().len() as u32;
            if (index..after).any(|index| self.0.binary_search(&index).is_ok()) {
                self.parse_recursive_type_group(types.ty(), group)?;
            }
            index = after;
        }
        Ok(())
    }

    /// Types that name each other would all have to stay; Rust makes none.
    fn parse_recursive_type_group(&mut self, to: CoreTypeEncoder, group: RecGroup) -> Result<(), Error<Infallible>> {
        assert!(!group.is_explicit_rec_group(), "the page has types that name each other");
        utils::parse_recursive_type_group(self, to, group)
    }

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn custom_sections_and_unused_types_are_left_out() {
        let name: &[u8] = &[0, 2, 1, b'n'];
        // Types: of nothing, of a number, of two; a function of the last, which returns.
        let types: &[u8] = &[1, 0x0d, 3, 0x60, 0, 0, 0x60, 1, 0x7f, 0, 0x60, 2, 0x7f, 0x7f, 0];
        let rest: &[u8] = &[10, 4, 1, 2, 0, 0x0b];
        let wasm = [HEADER, types, name, &[3, 2, 1, 2], rest, name].concat();
        let kept = [HEADER, &[1, 6, 1, 0x60, 2, 0x7f, 0x7f, 0], &[3, 2, 1, 0], rest].concat();
        assert_eq!(unneeded(&wasm).expect("a wasm file"), kept);
        assert_eq!(unneeded(&kept).expect("a wasm file"), kept);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        assert!(unneeded(b"\0asm").is_err());
        assert!(unneeded(b"\0asm\x01\0\0\0\x01\x05\0").is_err());
        assert!(unneeded(b"\0asm\x01\0\0\0\x01\x80").is_err());
    }
}
