#pragma once

#include "core/math/matrix.h"
#include "core/math/packed_matrix.h"
#include "core/math/packed_rows.h"
#include "core/math/thread_pool.h"
#include "core/math/transposed.h"

namespace patchboard {

/// Consecutive columns of a matrix.
struct Columns {
  Index first = 0;
  Index count = 0;
};

/// What becomes of a product.
enum class Output { kAssign, kAdd };

/// out = x · w + bias, or out += x · w + bias: the affine map of every projection in GPT-2
/// (`Conv1D`) and, without bias, the unembedding; for some columns of w.
/// x: [M, K]. w: [K, N]. bias: [N], or empty for none. out: [M, columns.count]. Arithmetic in f32.
/// A row of the result has the same bits whatever the other rows are and however many threads run.
/// Source: Goto and van de Geijn 2008, section 4 (blocking); BLIS, Van Zee and van de Geijn 2015.
void affine(ThreadPool& pool, const PackedRows& x, const PackedMatrix& w, Columns columns,
            const Vector& bias, Output output, const MatrixSpan& out);

/// All columns, assigned.
void affine(ThreadPool& pool, const PackedRows& x, const PackedMatrix& w, const Vector& bias,
            const MatrixSpan& out);

/// out = x · w for a transposed w, as a gradient goes back through a projection; with the bits that
/// a transposed copy in f32 would give.
void multiply(ThreadPool& pool, const PackedRows& x, const Transposed& w, const MatrixSpan& out);

}  // namespace patchboard
