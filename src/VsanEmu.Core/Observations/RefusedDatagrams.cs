using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Observations;

/// <summary>Numbered datagrams that a sender's own kernel refused, by a firewall or for want of room: they were not sent, and are no loss of the fabric's.</summary>
/// <param name="Stream">The stream's number.</param>
/// <param name="Group">The group; None by unicast.</param>
/// <param name="To">To whom, by unicast; None for a group.</param>
/// <param name="Datagrams">How many.</param>
public sealed record RefusedDatagrams(int Stream, FlowGroup Group, MemberId To, long Datagrams);
