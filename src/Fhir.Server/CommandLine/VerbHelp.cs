// The help of a verb: usage and options as the library writes them, then what they leave unsaid.

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FhirHub.Server;

/// <summary>Help with more text at its end.</summary>
internal sealed class VerbHelp(string more) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>The option <c>--help</c> of a verb.</summary>
    public static HelpOption Option(string more) => new() { Action = new VerbHelp(more) };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        new HelpAction().Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(more);
        return 0;
    }
}
