using Microsoft.Extensions.Logging;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Node;

/// <summary>Everything a node logs. Event ids are stable: 1000 to 1099 the runner, 1100 to 1199 what the node told of itself (1100 plus its <see cref="NodeEventKind"/>).</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Member} listens on {Interface} ({Address}) before it sends anything")]
    internal static partial void Listening(this ILogger log, string member, string @interface, string address);

    [LoggerMessage(1001, LogLevel.Information, "{Member} takes part in cluster {Cluster} ({ClusterId}), IGMP version {IgmpVersion}")]
    internal static partial void Started(this ILogger log, string member, string cluster, Guid clusterId, int igmpVersion);

    [LoggerMessage(1002, LogLevel.Error, "{Member} does not start: {Reason}")]
    internal static partial void Refused(this ILogger log, string member, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "{Member} starts by force although foreign traffic was heard: {Heard}")]
    internal static partial void Forced(this ILogger log, string member, string heard);

    [LoggerMessage(1004, LogLevel.Information, "{Member} leaves")]
    internal static partial void Leaving(this ILogger log, string member);

    [LoggerMessage(1005, LogLevel.Information, "{Member} stopped")]
    internal static partial void Stopped(this ILogger log, string member);

    [LoggerMessage(1006, LogLevel.Information, "{Member} was killed")]
    internal static partial void Killed(this ILogger log, string member);

    [LoggerMessage(1012, LogLevel.Warning, "{Member}: its address is on another interface now, {Interface} (number {Index}): joins its groups there")]
    internal static partial void Moved(this ILogger log, string member, string @interface, int index);

    [LoggerMessage(1007, LogLevel.Warning, "{Member} cannot capture ({Reason}): only its groups were listened to for foreign traffic, not TCP {Port}")]
    internal static partial void CannotCapture(this ILogger log, string member, string reason, int port);

    [LoggerMessage(1008, LogLevel.Warning, "{Member} cut off {Peer}: {Reason} {Status}")]
    internal static partial void CutOff(this ILogger log, string member, string peer, string reason, string status);

    [LoggerMessage(1009, LogLevel.Warning, "{Member}: {What} from {Peer} claims to be {Claimed}: dropped")]
    internal static partial void Mismatch(this ILogger log, string member, string what, string peer, MemberId claimed);

    [LoggerMessage(1010, LogLevel.Warning, "{Member} cannot {What}: {Error}")]
    internal static partial void CannotSend(this ILogger log, string member, string what, string error);

    [LoggerMessage(1011, LogLevel.Warning, "{Member} speaks IGMP version {Used}, the spec says {Specified}: set net.ipv4.conf.{Interface}.force_igmp_version")]
    internal static partial void OtherIgmp(this ILogger log, string member, int used, int specified, string @interface);

    /// <summary>Logs what the node told of itself.</summary>
    internal static void Told(this ILogger log, string member, in NodeEvent e)
    {
        switch (e.Kind)
        {
            case NodeEventKind.RoleChanged: log.RoleChanged(member, e.Detail); break;
            case NodeEventKind.MasterChanged: log.MasterChanged(member, e.Peer, e.Detail); break;
            case NodeEventKind.PeerUp: log.PeerUp(member, e.Peer, e.Detail); break;
            case NodeEventKind.PeerDown: log.PeerDown(member, e.Peer, e.Detail); break;
            case NodeEventKind.ConnectionOpened: log.ConnectionOpened(member, e.Peer, e.Detail); break;
            case NodeEventKind.ConnectionClosed: log.ConnectionClosed(member, e.Peer, e.Detail); break;
            case NodeEventKind.Gap: log.Gap(member, e.Peer, e.Detail); break;
            case NodeEventKind.Resync: log.Resync(member, e.Peer, e.Detail); break;
            case NodeEventKind.Foreign: log.Foreign(member, e.Peer, e.Detail); break;
            case NodeEventKind.PeerFault: log.PeerFault(member, e.Peer, e.Detail); break;
        }
    }

    [LoggerMessage(1100, LogLevel.Information, "{Member}: role changed: {Detail}")]
    private static partial void RoleChanged(this ILogger log, string member, string detail);

    [LoggerMessage(1101, LogLevel.Information, "{Member}: follows Master {Peer}: {Detail}")]
    private static partial void MasterChanged(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1102, LogLevel.Information, "{Member}: peer {Peer} is up: {Detail}")]
    private static partial void PeerUp(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1103, LogLevel.Warning, "{Member}: peer {Peer} is down: {Detail}")]
    private static partial void PeerDown(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1104, LogLevel.Debug, "{Member}: connection to {Peer} opened: {Detail}")]
    private static partial void ConnectionOpened(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1105, LogLevel.Debug, "{Member}: connection to {Peer} closed: {Detail}")]
    private static partial void ConnectionClosed(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1106, LogLevel.Information, "{Member}: gap in what {Peer} disseminates: {Detail}")]
    private static partial void Gap(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1107, LogLevel.Information, "{Member}: resync with {Peer}: {Detail}")]
    private static partial void Resync(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1108, LogLevel.Warning, "{Member}: foreign traffic, {Peer}: {Detail}")]
    private static partial void Foreign(this ILogger log, string member, MemberId peer, string detail);

    [LoggerMessage(1109, LogLevel.Warning, "{Member}: fault of peer {Peer}: {Detail}")]
    private static partial void PeerFault(this ILogger log, string member, MemberId peer, string detail);
}
