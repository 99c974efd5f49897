/// Draws the whole screen from the dashboard's state.
public struct DashboardView: Sendable {
  /// Makes the view.
  public init() {}
}
