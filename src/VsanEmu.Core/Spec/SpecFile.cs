using VsanEmu.Core.Spec.Keys;
using VsanEmu.Core.Spec.Yaml;

namespace VsanEmu.Core.Spec;

/// <summary>Cluster specs as YAML: read, written, and described.</summary>
public static class SpecFile
{
    /// <summary>Reads a spec. Everything that is wrong is told at once, with line, column and what is allowed.</summary>
    /// <param name="yaml">The file's text, at most <see cref="SpecLimits.MaxFileLength"/> characters.</param>
    /// <param name="fileName">Its name, for messages.</param>
    /// <param name="configured">Reads the addresses that the spec leaves out; without it there must be none such.</param>
    public static SpecResult Parse(string yaml, string fileName, AddressLookup? configured = null)
    {
        if (yaml.Length > SpecLimits.MaxFileLength)
            return Failed(new(new(1, 1), "", $"the file has {yaml.Length} characters", $"up to {SpecLimits.MaxFileLength}"));
        YamlNode? root = YamlTree.Read(yaml.TrimStart('\uFEFF'), out SpecError? error);
        if (error is not null) return Failed(error);
        if (root is null) return Failed(new(new(1, 1), "", "the file is empty: 'vsanemu spec --example' prints a spec to start from", ""));

        var reader = new SpecReader();
        ClusterDraft draft = new ConfiguredAddresses(reader, configured).Fill(SpecKeys.Cluster.Read(root, "", reader));
        ClusterSpec spec = new SpecResolver(draft, reader).Resolve();
        return reader.Failed ? new(fileName, null, reader.Errors()) : new(fileName, spec, []);

        SpecResult Failed(SpecError error) => new(fileName, null, [error]);
    }

    /// <summary>A cluster as YAML with every default written out; <see cref="Parse"/> reads the same cluster from it.</summary>
    public static string Format(ClusterSpec spec) => SpecWriter.Write(Draft(spec), comments: false);

    /// <summary>A commented example that has every key.</summary>
    public static string Example { get; } = SpecWriter.Write(ExampleDraft(), comments: true);

    /// <summary>The JSON schema of the format, draft 2020-12.</summary>
    public static string Schema { get; } = SpecSchema.Write();

    // One endpoint for each way to say where it is: by a NIC of this machine, a namespace, another host.
    private static ClusterDraft ExampleDraft()
    {
        ClusterSpec lab = LabSpec.Create(4, name: "rack 12") with { Timers = new(), Trials = new() { Mtu = 1500 } };
        MemberSpec[] members = [.. lab.Members];
        members[0] = members[0] with { Interface = "enp2s0f0" };
        members[1] = members[1] with { Netns = "blade2" };
        members[2] = members[2] with { Host = "esx3.example.com" };
        members[3] = members[3] with { Interface = "enp2s0f1.100" };
        ClusterDraft draft = Draft(lab with
        {
            Members = members,
            Outsiders = [lab.Outsiders[0] with { Interface = "enp3s0", Netns = "guest" }, lab.Outsiders[1] with { Host = "office.example.com" }],
            Observer = lab.Observer! with { Interface = "ens1", Netns = "tap" },
        });
        // Numbers come by themselves: the first one shows that they can be given.
        return draft with { Members = [.. draft.Members.Select((m, i) => i == 0 ? m : m with { Id = null })] };
    }

    private static ClusterDraft Draft(ClusterSpec spec) => new()
    {
        Name = spec.Name,
        Id = spec.ClusterId,
        Profile = spec.Profile,
        Data = spec.Profile.DataConnection,
        Subnet = spec.Subnet,
        Gateway = spec.Gateway,
        Members = [.. spec.Members.Select(m => new MemberDraft(m, m.Id.Value))],
        Channels = spec.Channels,
        Timers = spec.Timers,
        Vms = [.. spec.Vms.Select(v => new VmDraft(v, spec.Member(v.Host).Name, [.. v.Copies.Select(c => spec.Member(c).Name)]))],
        Outsiders = spec.Outsiders,
        Observer = spec.Observer,
        Trials = spec.Trials,
        Thresholds = spec.Thresholds,
    };
}
