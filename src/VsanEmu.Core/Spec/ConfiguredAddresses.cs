using System.Net;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>Tells which address an interface has, for a spec that leaves it out.</summary>
/// <param name="netns">The namespace, as the spec names it.</param>
/// <param name="link">The interface there.</param>
/// <param name="subnet">The subnet that the address must be in, or null for any.</param>
/// <returns>The address, or null and why there is none to tell, in words.</returns>
public delegate (IPAddress? Address, string Why) AddressLookup(string netns, string link, IPNetwork? subnet);

/// <summary>Fills in the addresses that a spec leaves to what is configured.</summary>
internal sealed class ConfiguredAddresses(SpecReader reader, AddressLookup? lookup)
{
    public ClusterDraft Fill(ClusterDraft draft)
    {
        IPNetwork? subnet = reader.Has("subnet") ? draft.Subnet : null;
        return draft with
        {
            Members = [.. draft.Members.Select((m, i) => m with { Spec = m.Spec with { Address = Find($"members[{i}]", m.Spec.Address, m.Spec.Netns, m.Spec.Interface, subnet) } })],
            Outsiders =
            [
                .. draft.Outsiders.Select((o, i) => o with
                {
                    Address = Find($"outsiders[{i}]", o.Address, o.Netns, o.Interface, o.Place == OutsiderPlace.Segment ? subnet : null),
                }),
            ],
        };
    }

    private IPAddress Find(string path, IPAddress given, string? netns, string link, IPNetwork? subnet)
    {
        string key = $"{path}.address", place = $"{path}.netns";
        if (netns is null || reader.Has(key) || reader.Wrong(key) || !reader.Has(place)) return given;
        (IPAddress? found, string why) = lookup?.Invoke(netns, link, subnet) ?? (null, "what is configured there is not known here");
        if (found is null)
        {
            reader.Fail(place, $"the address is left out, and cannot be read from {link}: {why}", "an address, or an interface that has one");
            return given;
        }

        reader.Good(key, reader.At(place));
        return found;
    }
}
