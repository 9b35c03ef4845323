namespace VsanEmu.Net.Tools;

/// <summary>A tool is missing, failed or hung; the message is one line that says which, why, and at what.</summary>
public sealed class ToolException(string message) : IOException(message);
