// The table of faults, for the folder of reports.

using System.Globalization;
using System.Text;

namespace FhirHub.Conformance;

/// <summary>Writes what scripts notice as a Markdown table.</summary>
public static class MutationTable
{
    private const int MaxMessage = 300;

    /// <summary>The table, faults that nothing noticed first.</summary>
    /// <param name="report">The run.</param>
    /// <param name="redaction">Takes secrets out.</param>
    public static byte[] Write(MutationReport report, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(redaction);
        var text = new StringBuilder("# What the scripts notice\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Summary(report)}\n\n| Fault | What the server does | Noticed by | Scripts it touches |\n|---|---|---|---|\n");
        foreach (var result in report.Faults.OrderBy(static fault => fault.Touched == 0 ? 2 : fault.Noticed is null ? 0 : 1))
        {
            var noticed = result switch
            {
                { Touched: 0 } => "touches no script",
                { Noticed: { } notice } => $"{notice.Script.Source}, {notice.Test}: {notice.Message}",
                _ => $"**nothing**, of {result.Tried} tried",
            };
            text.Append(CultureInfo.InvariantCulture, $"| {result.Fault.Id} | {Cell(result.Fault.Sentence)} | {Cell(redaction.Text(noticed))} | {result.Touched} |\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The run in one sentence.</summary>
    public static string Summary(MutationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Noticed} of {report.Applied.Count} kinds of faults are noticed ({report.Score} %; {MutationReport.Enough} % are enough). {report.Faults.Count - report.Applied.Count} more touch none of the {report.Scripts.Count} scripts, of which {report.PassingTests:N0} tests pass without a fault. It took {report.Duration.TotalSeconds:N0} s.");
    }

    // What a server answered must not end the cell, nor be a link or a tag.
    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (var letter in text.Length <= MaxMessage ? text : $"{text[..MaxMessage]}…")
        {
            if (letter is '|' or '<' or '>' or '[' or ']' or '`' or '\\' or '!')
                cell.Append('\\');
            cell.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return cell.ToString();
    }
}
