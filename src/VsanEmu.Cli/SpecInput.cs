using System.Text;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Attachments;

namespace VsanEmu.Cli;

/// <summary>Reads a spec file for any command, with its errors on the error stream.</summary>
internal static class SpecInput
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>The cluster, or null after the errors were written: then the command ends with <see cref="ExitCode.BadInput"/>.</summary>
    public static ClusterSpec? Read(string path, TextWriter error)
    {
        string name = path == StandardInput ? "<stdin>" : path;
        string text;
        try
        {
            text = Text(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error.WriteLine($"{name}: {Reason(e)}");
            return null;
        }

        SpecResult result = SpecFile.Parse(text, name, InterfaceAddress.Find);
        foreach (string line in result.Lines) error.WriteLine(line);
        return result.Spec;
    }

    // One character more than is allowed is enough to be refused, however long the file is, or if it never ends.
    private static string Text(string path)
    {
        if (Directory.Exists(path)) throw new IOException("this is a directory, not a spec file");
        using Stream stream = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var buffer = new char[SpecLimits.MaxFileLength + 1];
        int length = reader.ReadBlock(buffer);
        return new string(buffer, 0, length);
    }

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "it may not be read: permission denied",
        DecoderFallbackException => "this is not text in UTF-8",
        _ => e.Message,
    };
}
