using System.Net;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>Tells which address an interface has, for a spec that leaves it out.</summary>
/// <param name="netns">The namespace, as the spec names it.</param>
/// <param name="link">The interface there, or null for the one that has an address in the subnet.</param>
/// <param name="subnet">The subnet that the address must be in, or null for any.</param>
/// <returns>The address and the interface that has it, or no address and why there is none to tell, in words.</returns>
public delegate (IPAddress? Address, string Link, string Why) AddressLookup(string netns, string? link, IPNetwork? subnet);

/// <summary>Fills in the addresses that a spec leaves to what is configured, and the interfaces that were found by them.</summary>
internal sealed class ConfiguredAddresses(SpecReader reader, AddressLookup? lookup)
{
    public ClusterDraft Fill(ClusterDraft draft)
    {
        IPNetwork? subnet = reader.Has("subnet") ? draft.Subnet : null;
        return draft with { Members = [.. draft.Members.Select((m, i) => Member(m, i, subnet))], Outsiders = [.. draft.Outsiders.Select((o, i) => Outsider(o, i, subnet))] };
    }

    private MemberDraft Member(MemberDraft draft, int index, IPNetwork? subnet) =>
        Find($"members[{index}]", draft.Spec.Netns, draft.Spec.Interface, subnet) is (var address, var link)
            ? draft with { Spec = draft.Spec with { Address = address, Interface = link } }
            : draft;

    private OutsiderSpec Outsider(OutsiderSpec spec, int index, IPNetwork? subnet) =>
        Find($"outsiders[{index}]", spec.Netns, spec.Interface, spec.Place == OutsiderPlace.Segment ? subnet : null) is (var address, var link)
            ? spec with { Address = address, Interface = link }
            : spec;

    // Null where the file has the address, or nothing can be looked up.
    private (IPAddress Address, string Link)? Find(string path, string? netns, string? link, IPNetwork? subnet)
    {
        string key = $"{path}.address", place = $"{path}.netns";
        if (netns is null || reader.Has(key) || reader.Wrong(key) || reader.Wrong($"{path}.interface") || !reader.Has(place)) return null;
        (IPAddress? found, string its, string why) = lookup?.Invoke(netns, link, subnet) ?? (null, "", "what is configured there is not known here");
        if (found is not null)
        {
            reader.Good(key, reader.At(place));
            return (found, its);
        }

        string from = link is null ? $"namespace {netns}" : link;
        reader.Fail(place, $"the address is left out, and cannot be read from {from}: {why}", link is null ? "an address, or the name of an interface that has one" : "an address, or an interface that has one");
        return null;
    }
}
