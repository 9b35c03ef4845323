using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>One frame that the data plane wants sent. Its payload is in the buffer that was polled with.</summary>
/// <param name="To">The receiver.</param>
/// <param name="OnOpenedBySelf">True: on the connection which this member opened to it; false: on the one which it opened to this member.</param>
/// <param name="Kind">The message's kind.</param>
/// <param name="Flow">The flow of the matrix it belongs to: D1, D2 or D3.</param>
/// <param name="Length">Bytes of the payload.</param>
public readonly record struct DataSend(MemberId To, bool OnOpenedBySelf, MessageKind Kind, FlowId Flow, int Length);
