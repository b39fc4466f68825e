//! The cells of one column, on their way into an Arrow array.
//!
//! Like Arrow's own builders, but without a branch for each null, and with one check of all text
//! instead of one per cell: together that is a third of the time that a reply takes.

use std::{mem, sync::Arc};

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, PrimitiveArray, StringArray, builder::StringBuilder,
};
use arrow_buffer::{
    ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer,
};
use exmetrics_catalog::ColumnType;

/// Values of a fixed length.
#[derive(Debug, Default)]
pub(crate) struct Values<T> {
    values: Vec<T>,
    /// Whether there is a value; of none, `values` has the default.
    present: Vec<bool>,
}

impl<T: Copy + Default> Values<T> {
    #[inline]
    pub(crate) fn push(&mut self, value: Option<T>) {
        self.values.push(value.unwrap_or_default());
        self.present.push(value.is_some());
    }

    /// Adds what `parse` makes of a cell.
    #[inline]
    pub(crate) fn push_cell(
        &mut self,
        cell: &[u8],
        parse: impl Fn(&[u8]) -> Option<T>,
        kind: ColumnType,
    ) -> Result<(), ColumnType> {
        let value = if cell.is_empty() { None } else { parse(cell) };
        if value.is_none() && !cell.is_empty() {
            return self.push_slowly(cell, parse, kind);
        }
        self.push(value);
        Ok(())
    }

    /// Adds a cell that may have spaces around its value, or be of nothing else, or not fit.
    #[cold]
    pub(crate) fn push_slowly(
        &mut self,
        cell: &[u8],
        parse: impl Fn(&[u8]) -> Option<T>,
        kind: ColumnType,
    ) -> Result<(), ColumnType> {
        let cell = cell.trim_ascii();
        let value = parse(cell);
        self.push(value);
        if value.is_some() || cell.is_empty() {
            Ok(())
        } else {
            Err(kind)
        }
    }

    pub(crate) fn last_is_null(&self) -> bool {
        self.present.last() == Some(&false)
    }

    /// The values and where there are none, and the next batch's room.
    pub(crate) fn parts(&mut self) -> (Vec<T>, Option<NullBuffer>) {
        let nulls = nulls(self.present.len(), |row| self.present[row]);
        self.present.clear();
        let room = Vec::with_capacity(self.values.len());
        (mem::replace(&mut self.values, room), nulls)
    }
}

impl<T: ArrowNativeType> Values<T> {
    pub(crate) fn finish<A: ArrowPrimitiveType<Native = T>>(&mut self) -> ArrayRef {
        let (values, nulls) = self.parts();
        Arc::new(PrimitiveArray::<A>::new(ScalarBuffer::from(values), nulls))
    }
}

/// Values of any length. An empty one is none.
#[derive(Debug)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Where each begins, and where the last ends.
    offsets: Vec<i32>,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            offsets: vec![0],
        }
    }
}

impl Texts {
    /// Adds a cell, which must not take the column over the 2 GiB that an array can hold.
    #[inline]
    pub(crate) fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.offsets.push(self.bytes.len() as i32);
    }

    /// The texts; what is none in UTF-8 is null, and goes to `invalid`.
    pub(crate) fn finish(&mut self, mut invalid: impl FnMut(usize, &[u8])) -> StringArray {
        let room = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            offsets: Vec::with_capacity(self.offsets.len()),
        };
        let Self { bytes, mut offsets } = mem::replace(self, room);
        self.offsets.push(0);
        let bytes = Buffer::from(bytes);
        let rows = offsets.len() - 1;
        let nulls = nulls(rows, |row| offsets[row] != offsets[row + 1]);
        let boundaries = OffsetBuffer::new(mem::take(&mut offsets).into());
        match StringArray::try_new(boundaries.clone(), bytes.clone(), nulls) {
            Ok(texts) => texts,
            Err(_) => {
                let mut texts = StringBuilder::with_capacity(rows, bytes.len());
                for (row, place) in boundaries.windows(2).enumerate() {
                    let value = &bytes[place[0] as usize..place[1] as usize];
                    let text = str::from_utf8(value).map_err(|_| invalid(row, value)).ok();
                    texts.append_option(text.filter(|text| !text.is_empty()));
                }
                texts.finish()
            }
        }
    }
}

fn nulls(rows: usize, present: impl FnMut(usize) -> bool) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(BooleanBuffer::collect_bool(rows, present));
    (nulls.null_count() > 0).then_some(nulls)
}
