using System.CommandLine;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Report;
using VsanEmu.Report.Flows;

namespace VsanEmu.Cli;

/// <summary><c>vsanemu flows</c>: the flow matrix of a spec, or of the lab's cluster.</summary>
internal static class FlowsCommand
{
    private const int DefaultMembers = 8;

    public static Command Create()
    {
        var spec = new Option<string>("--spec", "-s") { Description = "The cluster's spec, - for standard input. Without it: the lab's cluster.", HelpName = "FILE" };
        Option<int> members = new Option<int>("--members", "-n")
        {
            Description = $"Members of the lab's cluster, {LabSpec.MinMembers} to {MemberId.Max}.",
            DefaultValueFactory = _ => DefaultMembers,
        }.Allow(LabSpec.MinMembers, MemberId.Max);
        var profile = new Option<string>("--profile", "-p") { Description = "Profile of the lab's cluster.", DefaultValueFactory = _ => FlowProfile.Article.Name };
        profile.AllowWords([.. FlowProfile.All.Select(p => p.Name)]);
        var format = new Option<string>("--format", "-f") { Description = "How to print it.", DefaultValueFactory = _ => "table" };
        format.AllowWords("table", "markdown", "csv", "json");
        var vm = new Option<string>("--vm") { Description = "Whether the VMs are on.", DefaultValueFactory = _ => "on" };
        vm.AllowWords("on", "off");
        var expand = new Option<bool>("--expand", "-x") { Description = "A line for each pair of members instead of each pair of roles." };

        var command = new Command("flows", "Print the flow matrix: who sends what to whom, on which ports, how often and what for.") { spec, members, profile, format, vm, expand };
        command.Validators.Add(result =>
        {
            if (result.GetResult(spec) is null) return;
            foreach (Option option in (Option[])[members, profile])
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} is for the lab's cluster, and --spec gives another: leave one of them out");
            }
        });
        command.SetAction(parsed =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            ClusterSpec? cluster = parsed.GetValue(spec) is { } path
                ? SpecInput.Read(path, io.Error)
                : LabSpec.Create(parsed.GetValue(members), FlowProfile.All.First(p => p.Name == parsed.GetValue(profile)));
            if (cluster is null) return (int)ExitCode.BadInput;
            Write(io.Output, FlowSheet.Of(cluster, parsed.GetValue(vm) == "on", parsed.GetValue(expand)), parsed.GetValue(format)!);
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static void Write(TextWriter output, FlowSheet sheet, string format)
    {
        switch (format)
        {
            case "markdown":
                output.Write(FlowExport.ToMarkdown(sheet));
                break;
            case "csv":
                output.Write(FlowExport.ToCsv(sheet));
                break;
            case "json":
                output.Write(FlowExport.ToJson(sheet));
                break;
            default:
                FlowTable.Write(ReportConsole.Of(output, terminal: output == Console.Out && !Console.IsOutputRedirected), sheet);
                break;
        }
    }
}
