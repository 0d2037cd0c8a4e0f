// What terminology import tells while it runs.

namespace FhirHub.Server;

/// <summary>Progress of one release.</summary>
internal sealed class TerminologyProgress
{
    private readonly Func<int> _concepts;
    private readonly ProgressView _view;

    /// <summary>Begins to count the time.</summary>
    /// <param name="concepts">Concepts so far.</param>
    /// <param name="share">The part of the files that is read.</param>
    public TerminologyProgress(Func<int> concepts, Func<double> share)
    {
        _concepts = concepts;
        _view = new ProgressView("terminology", share, Counts);
    }

    /// <summary>True once all is read, and what finds it is made.</summary>
    public bool IsIndexing { get; set; }

    /// <summary>Time and rate.</summary>
    public string Summary => $"{ProgressView.Duration(_view.Elapsed)}, {_view.Rate(_concepts()):N0} a second";

    /// <summary>Shows the progress while the work runs.</summary>
    public Task ShowAsync(Task work) => _view.ShowAsync(work, Console.Out);

    private string Counts() => IsIndexing ? $"{_concepts():N0} concepts, making their index" : $"{_concepts():N0} concepts, {_view.Rate(_concepts()):N0}/s";
}
