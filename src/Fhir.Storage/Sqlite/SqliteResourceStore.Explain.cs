// Searches, and what they tell of themselves if they are asked.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Explained searches.</content>
public sealed partial class SqliteResourceStore
{
    private SearchPage Search(Reader reader, AccessScope scope, SearchQuery query)
    {
        if (!query.Explain)
            return Page(reader, scope, query);

        var connection = reader.Connection;
        var trace = new SearchTrace();
        connection.Trace = trace;
        SearchPage page;
        try
        {
            page = Page(reader, scope, query);
        }
        finally
        {
            connection.Trace = null;
        }

        return page with { Explanation = trace.Steps(connection, withStatements: scope.IsAdministrators) };
    }

    private SearchPage Page(Reader reader, AccessScope scope, SearchQuery query)
    {
        var run = new SearchRun(reader.Connection, reader.Dictionaries, _options, scope);
        return query.Cursor is { } cursor ? run.LaterPage(query, PageCursor.Read(cursor), _lists) : run.FirstPage(query);
    }
}
