// A value that is bound in another form than the four that SQLite has.

namespace FhirHub.Sqlite;

/// <summary>A value that knows how it is bound.</summary>
public abstract record SqlValue
{
    /// <summary>Binds the value to a parameter.</summary>
    public abstract void Bind(Statement statement, int index);
}
