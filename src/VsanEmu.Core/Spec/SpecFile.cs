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
        ClusterSpec spec = new SpecRules(draft, reader).Resolve();
        return reader.Failed ? new(fileName, null, reader.Errors()) : new(fileName, spec, []);

        SpecResult Failed(SpecError error) => new(fileName, null, [error]);
    }

    /// <summary>A cluster as YAML with every default written out; <see cref="Parse"/> reads the same cluster from it.</summary>
    public static string Format(ClusterSpec spec) => SpecWriter.Write(Draft(spec), comments: false);

    /// <summary>A commented example that has every key.</summary>
    public static string Example { get; } = SpecWriter.Write(Draft(ExampleCluster()), comments: true);

    /// <summary>The JSON schema of the format, draft 2020-12.</summary>
    public static string Schema { get; } = SpecSchema.Write();

    private static ClusterSpec ExampleCluster()
    {
        ClusterSpec lab = LabSpec.Create(4, name: "rack 12");
        return lab with { Timers = new() };
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
