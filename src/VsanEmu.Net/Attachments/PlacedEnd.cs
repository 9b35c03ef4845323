using System.Net;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Attachments;

/// <summary>An end whose interface stays where it is, in this process's own namespace or in one that is named: a container's, or a host's that has nothing else to do.</summary>
public sealed class PlacedEnd : IDisposable
{
    private readonly List<string> _undo;
    private LinkFacts? _cut;

    private PlacedEnd(FabricEnd end, List<string> undo) => (End, _undo) = (end, undo);

    /// <summary>The end.</summary>
    public FabricEnd End { get; }

    /// <summary>Finds its interface; where the interface lacks the address, it is given for as long as the end is open.</summary>
    /// <param name="name">The endpoint's name.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="netns">A name under /run/netns, or a path; null for this process's own namespace.</param>
    /// <param name="choice">The interface by name or by subnet; null for the one that has the address, or without one the only one that is up.</param>
    /// <param name="address">Its address, or null for none.</param>
    /// <param name="prefixLength">Prefix length to give the address with.</param>
    /// <param name="inSegment">True in the members' segment.</param>
    /// <exception cref="AttachmentException">There is no such interface, or it cannot have the address.</exception>
    public static PlacedEnd Open(string name, PortKind kind, string? netns, string? choice, IPAddress? address, int prefixLength, bool inSegment)
    {
        NetworkNamespace place = Enter(name, netns);
        try
        {
            return place.Run(() =>
            {
                IReadOnlyList<LocalInterface> all = LocalInterface.All();
                string link = Choose(name, choice, address, all);
                bool lacks = address is not null && !all.Any(a => a.Name == link && a.Address.Equals(address));
                if (lacks) Give(name, link, $"addr add {address}/{prefixLength} dev {link}");
                return new PlacedEnd(new FabricEnd(name, kind, place, link, address, inSegment), lacks ? [$"addr del {address}/{prefixLength} dev {link}"] : []);
            });
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>The interface that a name or a subnet stands for, with its address there; null when there is none.</summary>
    /// <param name="netns">A name under /run/netns, or a path; null for this process's own namespace.</param>
    /// <param name="choice">A name, or a subnet.</param>
    public static LocalInterface? Look(string? netns, string choice)
    {
        using NetworkNamespace place = Enter("this host", netns);
        return place.Run(() => LocalInterface.All().FirstOrDefault(a => Fits(a, choice)));
    }

    /// <summary>Takes the link down until the end is closed.</summary>
    /// <exception cref="ToolException">It cannot be: that takes CAP_NET_ADMIN, and ip.</exception>
    public void Cut() => End.Namespace.Run(() =>
    {
        _cut ??= LinkFacts.Read(End.Interface);
        Tool.Run("ip", ["link", "set", "dev", End.Interface, "down"]);
    });

    /// <summary>Puts the interface back as it was found.</summary>
    public void Dispose()
    {
        string[] commands = [.. _cut?.Restore() ?? [], .. _undo];
        try
        {
            if (commands.Length > 0) End.Namespace.Run(() => Tool.IpBatch(commands));
        }
        catch (ToolException)
        {
            // The interface went away, and what it had with it.
        }

        End.Namespace.Dispose();
    }

    private static NetworkNamespace Enter(string name, string? netns)
    {
        try
        {
            return netns is null ? NetworkNamespace.OfProcess() : NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttachmentException($"{name}: cannot enter network namespace {netns}: {e.Message}");
        }
    }

    private static string Choose(string name, string? choice, IPAddress? address, IReadOnlyList<LocalInterface> all)
    {
        if (choice is null && address is null)
            return FoundLink.Choose(FoundLink.All(), address, subnet: null, out string why) ?? throw new AttachmentException($"{name}: {why}: name it (-i INTERFACE or SUBNET)");
        string[] found = [.. all.Where(a => choice is null ? a.Address.Equals(address) : Fits(a, choice)).Select(a => a.Name).Distinct()];
        if (found.Length == 1) return found[0];
        // An interface that has no address yet is not among those that have one.
        if (found.Length == 0 && choice is not null && AddressText.ReadNetwork(choice) is null && LinkFacts.Read(choice) is { Up: true }) return choice;
        string has = all.Count == 0 ? "no interface has an address" : string.Join(", ", all.Select(a => $"{a.Name} has {a.Address}/{a.PrefixLength}"));
        string wanted = choice is null ? $"no interface with the address {address}" : found.Length > 1 ? $"more than one interface in {choice}" : $"no interface {choice} that is up";
        throw new AttachmentException($"{name}: there is {wanted} here: {has}");
    }

    private static bool Fits(LocalInterface local, string choice) => AddressText.ReadNetwork(choice) is { } subnet ? subnet.Contains(local.Address) : local.Name == choice;

    private static void Give(string name, string link, string command)
    {
        try
        {
            Tool.IpBatch([command]);
        }
        catch (ToolException e)
        {
            throw new AttachmentException($"{name}: interface {link} lacks its address, and cannot be given it (CAP_NET_ADMIN): {e.Message}");
        }
    }
}
