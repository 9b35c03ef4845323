namespace VsanEmu.Cli;

/// <summary>The user asked for something that is not allowed; the message is one line that says what is. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
