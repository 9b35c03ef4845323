using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// Who comes first in an election: a fixed Master, then the higher priority, then the longest membership (the earliest incarnation), then the
/// lowest id. The same everywhere, since it is made of what each member says of itself. Smaller comes first.
/// </summary>
internal readonly record struct Rank(bool FixedMaster, byte Priority, long IncarnationNs, MemberId Id) : IComparable<Rank>
{
    public static Rank Of(MemberId id, Role fixedRole, byte priority, long incarnationNs) => new(fixedRole == Role.Master, priority, incarnationNs, id);

    public int CompareTo(Rank other)
    {
        int order = other.FixedMaster.CompareTo(FixedMaster);
        if (order == 0) order = other.Priority.CompareTo(Priority);
        if (order == 0) order = IncarnationNs.CompareTo(other.IncarnationNs);
        return order == 0 ? Id.CompareTo(other.Id) : order;
    }
}
