/// A binary heap, whose first element is the least.
@usableFromInline
package struct Heap<Element: Comparable> {
  /// The elements. None is less than its parent, the one at half of its place.
  @usableFromInline package var elements: [Element] = []

  @inlinable
  package init() {}

  @inlinable package var count: Int { elements.count }
  @inlinable package var first: Element? { elements.first }

  @inlinable
  package mutating func insert(_ element: Element) {
    elements.append(element)
    var place = elements.count - 1
    while place > 0, elements[place] < elements[(place - 1) / 2] {
      elements.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Removes the first element of a heap that is not empty.
  @inlinable
  package mutating func removeFirst() {
    elements.swapAt(0, elements.count - 1)
    elements.removeLast()
    sink()
  }

  /// Replaces the first element of a heap that is not empty.
  @inlinable
  package mutating func replaceFirst(by element: Element) {
    elements[0] = element
    sink()
  }

  @inlinable
  mutating func sink() {
    var place = 0
    while true {
      var least = place
      if 2 * place + 1 < elements.count, elements[2 * place + 1] < elements[least] { least = 2 * place + 1 }
      if 2 * place + 2 < elements.count, elements[2 * place + 2] < elements[least] { least = 2 * place + 2 }
      if least == place { return }
      elements.swapAt(place, least)
      place = least
    }
  }
}

extension Heap: Equatable {}
extension Heap: Sendable where Element: Sendable {}
