using System.Text.Json;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Report.Flows;

namespace VsanEmu.Report.Tests.Flows;

public sealed class FlowExportTests
{
    [Fact]
    public void Every_tcp_flow_has_both_packet_directions()
    {
        FlowSheet sheet = FlowSheet.Of(LabSpec.Create(5), vmsOn: true, expanded: true);
        FlowLine[] tcp = [.. sheet.Lines.Where(l => l.Protocol == "TCP")];
        Assert.NotEmpty(tcp);
        for (int i = 0; i < tcp.Length; i += 2)
        {
            Assert.Equal(("forward", "reverse"), (tcp[i].Direction, tcp[i + 1].Direction));
            Assert.Equal((tcp[i].FromAddress, tcp[i].SourcePort), (tcp[i + 1].ToAddress, tcp[i + 1].DestinationPort));
            Assert.Equal((tcp[i].ToAddress, tcp[i].DestinationPort), (tcp[i + 1].FromAddress, tcp[i + 1].SourcePort));
            Assert.Equal(tcp[i].OpenedBy, tcp[i + 1].OpenedBy);
        }

        Assert.All(sheet.Lines.Where(l => l.Protocol != "TCP"), l => Assert.Equal("forward", l.Direction));
    }

    [Fact]
    public void The_printed_matrix_is_the_matrix()
    {
        ClusterSpec spec = LabSpec.Create(6);
        FlowMatrix matrix = FlowMatrix.Of(spec, [.. spec.Vms.Select(v => v.Name)]);
        FlowLine[] lines = [.. FlowSheet.Of(spec, vmsOn: true, expanded: true).Lines.Where(l => l.Direction == "forward")];
        Assert.Equal(
            matrix.Flows.Select(f => $"{f.Id} {f.Source} {f.SourcePort} {f.Destination} {f.DestinationPort}"),
            lines.Select(l => $"{l.Id} {l.FromAddress} {Number(l.SourcePort)} {l.ToAddress} {Number(l.DestinationPort)}"));

        static int Number(string port) => int.TryParse(port, out int number) ? number : 0;
    }

    [Fact]
    public void With_the_vms_off_there_is_no_data_plane()
    {
        Assert.DoesNotContain(FlowSheet.Of(LabSpec.Create(4), vmsOn: false, expanded: false).Lines, l => l.Id[0] == 'D');
        Assert.DoesNotContain(FlowSheet.Of(LabSpec.Create(4), vmsOn: false, expanded: true).Lines, l => l.Id[0] == 'D');
    }

    [Fact]
    public void A_csv_cell_with_a_comma_is_quoted_and_a_formula_is_defused()
    {
        ClusterSpec spec = LabSpec.Create(2);
        spec = spec with { Vms = [spec.Vms[0] with { Name = "a,\"b\"" }] };
        FlowSheet sheet = FlowSheet.Of(spec, vmsOn: true, expanded: true);
        string csv = FlowExport.ToCsv(sheet with { Lines = [.. sheet.Lines.Select(l => l with { From = "=1+1" })] });
        Assert.Contains("while VM a,\"\"b\"\" is on\"", csv);
        Assert.Contains(",'=1+1,", csv);
        Assert.All(csv.Split("\r\n")[..^1], line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void The_json_holds_every_line()
    {
        FlowSheet sheet = FlowSheet.Of(LabSpec.Create(4), vmsOn: true, expanded: false);
        JsonElement root = JsonDocument.Parse(FlowExport.ToJson(sheet)).RootElement;
        Assert.Equal("vsanemu-flows/1", root.GetProperty("format").GetString());
        Assert.Equal(sheet.Lines.Count, root.GetProperty("flows").GetArrayLength());
        Assert.Equal("Master", root.GetProperty("members")[0].GetProperty("role").GetString());
    }
}
