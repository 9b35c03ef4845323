using System.CommandLine;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli;

/// <summary><c>vsanemu spec</c>: an example to start from, the schema for an editor, and the check of a file.</summary>
internal static class SpecCommand
{
    public static Command Create()
    {
        var example = new Option<bool>("--example") { Description = "Print a commented example that has every key." };
        var schema = new Option<bool>("--schema") { Description = "Print the format's JSON schema (draft 2020-12)." };
        var check = new Option<string>("--check") { Description = "Check a file, - for standard input, and tell everything that is wrong.", HelpName = "FILE" };
        var resolved = new Option<bool>("--resolved") { Description = "With --check: print the cluster with every default written out." };
        var command = new Command("spec", "Print an example of a cluster spec or its JSON schema, or check a spec.") { example, schema, check, resolved };
        command.Validators.Add(result =>
        {
            int asked = new Option[] { example, schema, check }.Count(o => result.GetResult(o) is not null);
            if (asked != 1) result.AddError($"{(asked == 0 ? "nothing is asked for" : "one thing at a time")}: give --example, --schema, or --check FILE");
            else if (result.GetResult(resolved) is not null && result.GetResult(check) is null) result.AddError("--resolved needs --check FILE");
        });
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(example)) output.Write(SpecFile.Example);
            else if (parsed.GetValue(schema)) output.Write(SpecFile.Schema);
            else return (int)Check(parsed.GetValue(check)!, parsed.GetValue(resolved), output, parsed.InvocationConfiguration.Error);
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static ExitCode Check(string path, bool resolved, TextWriter output, TextWriter error)
    {
        if (SpecInput.Read(path, error) is not { } spec) return ExitCode.BadInput;
        if (resolved) output.Write(SpecFile.Format(spec));
        else output.WriteLine($"{path}: good: {Summary(spec)}");
        foreach (string warning in SpecWarnings.Of(spec)) error.WriteLine($"{path}: warning: {warning}");
        return ExitCode.Passed;
    }

    private static string Summary(ClusterSpec spec) =>
        $"cluster '{spec.Name}', profile {spec.Profile.Name}, {Count(spec.Members.Count, "member")} in {spec.Subnet}, {Count(spec.Vms.Count, "VM")}, {Count(spec.Outsiders.Count, "outsider")}";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
