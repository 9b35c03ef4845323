using Microsoft.Extensions.Logging;

namespace VsanEmu.Cli;

/// <summary>How <c>vsanemu node</c> logs.</summary>
internal enum LogStyle
{
    /// <summary>One line for people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Makes the logs.</summary>
internal static class NodeLogs
{
    /// <summary>A factory for loggers of this style, on standard output.</summary>
    public static ILoggerFactory Make(this LogStyle style) => LoggerFactory.Create(builder =>
    {
        const string time = "yyyy-MM-ddTHH:mm:ss.fffZ";
        switch (style)
        {
            case LogStyle.Text:
                builder.AddSimpleConsole(o => (o.SingleLine, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, time + " "));
                break;
            case LogStyle.Json:
                builder.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, time));
                break;
        }
    });
}
