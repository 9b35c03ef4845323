using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>Which connections the data plane needs: who opens one to whom, and for which flow. Looked up often, found anew only when something changed.</summary>
internal sealed class DataNeeds(DataContext context, IReadOnlyList<ResyncSender> senders)
{
    private MemberSet _toOpen;
    private MemberSet _toAccept;
    private MemberSet _toRebuild;
    private MemberSet _toBeRebuilt;

    /// <summary>The flow that needs the connection which this member opens to a peer, or the peer to it; None when none does, or the peer is not alive.</summary>
    public FlowId FlowWith(MemberId peer, bool openedBySelf)
    {
        if (context.NeedsChanged) Find();
        if ((openedBySelf ? _toOpen : _toAccept).Contains(peer)) return FlowId.D1;
        return (openedBySelf ? _toRebuild : _toBeRebuilt).Contains(peer) ? FlowId.D3 : FlowId.None;
    }

    private void Find()
    {
        context.NeedsChanged = false;
        DataConnection mode = context.Options.Cluster.Profile.DataConnection;
        ulong holders = 0;
        ulong hosts = 0;
        ulong sources = 0;
        ulong targets = 0;
        foreach (VmObject? known in context.Objects)
        {
            if (known is not { On: true } obj) continue;
            MemberSet copies = obj.Copies.With(obj.ResyncTarget);
            if (obj.Host == context.Self) holders |= copies.Bits;
            else if (copies.Contains(context.Self)) hosts |= MemberSet.Of(obj.Host).Bits;
            if (obj.ResyncTarget == context.Self) sources |= MemberSet.Of(obj.ResyncSource).Bits;
        }

        foreach (ResyncSender sender in senders) targets |= MemberSet.Of(sender.Target).Bits;
        bool holderOpens = mode != DataConnection.Initiated;
        bool hostOpens = mode != DataConnection.Accepted;
        _toOpen = Peers((holderOpens ? hosts : 0) | (hostOpens ? holders : 0));
        _toAccept = Peers((holderOpens ? holders : 0) | (hostOpens ? hosts : 0));
        _toRebuild = Peers(targets);
        _toBeRebuilt = Peers(sources);
    }

    private MemberSet Peers(ulong bits) => new MemberSet(bits & context.Links.Alive.Bits).Without(context.Self);
}
