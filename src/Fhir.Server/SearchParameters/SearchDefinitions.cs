// What search goes by at one moment: parameters, extractor and parser belong together and are exchanged together.

using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>One state of the search parameters. Immutable, so that whoever took it can finish with it.</summary>
public sealed class SearchDefinitions
{
    private readonly Func<SearchParameterRegistry, SearchParser> _makeParser;

    internal SearchDefinitions(
        long generation, SearchParameterRegistry all, IndexExtractor extractor, IReadOnlySet<string> indexed, Func<SearchParameterRegistry, SearchParser> makeParser)
    {
        Generation = generation;
        All = all;
        Extractor = extractor;
        Searchable = all.WithWaiting(parameter => parameter.HasAddedIndex && !indexed.Contains(parameter.IndexKey));
        Parser = makeParser(Searchable);
        _makeParser = makeParser;
    }

    /// <summary>The number of the state; it rises with every change of what is extracted.</summary>
    public long Generation { get; }

    /// <summary>All parameters; resources are indexed for them.</summary>
    public SearchParameterRegistry All { get; }

    /// <summary>Those that all resources are indexed for.</summary>
    public SearchParameterRegistry Searchable { get; }

    /// <summary>Finds the values of all parameters.</summary>
    public IndexExtractor Extractor { get; }

    /// <summary>Reads searches by the searchable parameters.</summary>
    public SearchParser Parser { get; }

    /// <summary>The same parameters after others of them were indexed.</summary>
    internal SearchDefinitions WithIndexed(IReadOnlySet<string> indexed) => new(Generation, All, Extractor, indexed, _makeParser);
}
