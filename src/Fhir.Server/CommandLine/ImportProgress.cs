// What import tells while it runs: a bar on a terminal, a line now and then elsewhere, and each failure as it comes.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Counts and messages of an import.</summary>
internal sealed class ImportProgress
{
    // Issues of one document that are shown; the first ones say what is wrong with the rest.
    private const int ShownIssues = 5;

    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly ProgressView _view;
    private readonly Lock _lock = new();
    private long _resources;
    private long _failed;
    private long _done;
    private long _skipped;

    /// <summary>Begins to count the time.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="errors">Where failures go.</param>
    public ImportProgress(TextWriter output, TextWriter errors)
    {
        (_output, _errors) = (output, errors);
        _view = new ProgressView("import", () => Share, Counts);
    }

    /// <summary>Bytes of all files.</summary>
    public long TotalBytes { get; set; }

    /// <summary>Bytes read so far.</summary>
    public Func<long> BytesRead { get; set; } = () => 0;

    /// <summary>Resources written.</summary>
    public long Resources => Volatile.Read(ref _resources);

    /// <summary>Documents that were not imported.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Documents that an earlier run had done.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>Documents were imported.</summary>
    public void AddDone(int documents, int resources)
    {
        Interlocked.Add(ref _done, documents);
        Interlocked.Add(ref _resources, resources);
    }

    /// <summary>A document was left out, because an earlier run did it.</summary>
    public void AddSkipped() => Interlocked.Increment(ref _skipped);

    /// <summary>A document, or a part of it, could not be imported.</summary>
    public void AddFailure(ImportDocument document, IEnumerable<Issue> issues)
    {
        Interlocked.Increment(ref _failed);
        var errorsOnly = issues.Where(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
        lock (_lock)
        {
            foreach (var issue in errorsOnly.Take(ShownIssues))
            {
                var line = document.Line > 0 || issue.Line == 0 ? document.Place : $"{document.Place}:{issue.Line.ToString(CultureInfo.InvariantCulture)}";
                _errors.WriteLine(issue.Expression is null ? $"{line}: {issue.Diagnostics}" : $"{line}: {issue.Expression}: {issue.Diagnostics}");
            }

            if (errorsOnly.Count > ShownIssues)
                _errors.WriteLine($"{document.Place}: and {errorsOnly.Count - ShownIssues} more");
        }
    }

    /// <summary>Says something between the progress.</summary>
    public void Say(string message)
    {
        lock (_lock)
            _errors.WriteLine(message);
    }

    /// <summary>Shows the progress while the work runs.</summary>
    public Task ShowAsync(Task work) => _view.ShowAsync(work, _output);

    /// <summary>The summary at the end.</summary>
    public void Summarize()
    {
        _output.WriteLine($"{Resources:N0} resources of {Volatile.Read(ref _done):N0} documents in {ProgressView.Duration(_view.Elapsed)}, {_view.Rate(Resources):N0} a second.");
        if (Skipped > 0)
            _output.WriteLine($"{Skipped:N0} documents were skipped, since an earlier run imported them; --again imports them once more.");
        if (Failed > 0)
            _output.WriteLine($"{Failed:N0} documents or entries failed; they are named above, and a run of the same command tries them again.");
    }

    private double Share => TotalBytes == 0 ? 0 : (double)BytesRead() / TotalBytes;

    private string Counts() => $"{Resources:N0} resources, {_view.Rate(Resources):N0}/s{(Failed > 0 ? $", {Failed:N0} failed" : "")}";
}
